// SPDX-License-Identifier: MIT
import { execa } from 'execa'
import { messageOf } from '../errors.ts'
import { endpoint, type Tuple } from '../flow/tuple.ts'
import type { Answer } from '../observation.ts'
import { NETNS_UNKNOWN, type Ehash } from './ehash.ts'
import { netnsPath } from '../host/netns.ts'

/**
 * Asks iproute2's ss instead of the module: 10 ms a question rather than 3 us, and without rcv_nxt, snd_una, snd_nxt,
 * bucket and chain. Sockets of other network namespaces are asked for by nsenter.
 */
export const openSs = (): Ehash => ({
  source: 'ss',
  first: false,
  ask: async (tuple) => {
    if (tuple.netns === 0) return NETNS_UNKNOWN
    try {
      const exact = await ss(tuple, [
        '-a',
        'src',
        endpoint(tuple.daddr, tuple.dport),
        'dst',
        endpoint(tuple.saddr, tuple.sport),
      ])
      if (exact !== '') return { answer: readSs(exact) }
      const listening = await ss(tuple, ['-l', 'sport', '=', `:${tuple.dport}`])
      return { answer: listener(listening, tuple) }
    } catch (error) {
      return { answer: { found: null, error: messageOf(error) } }
    }
  },
  close: () => undefined,
})

const ss = async (tuple: Tuple, filter: string[]) => {
  const path = netnsPath(tuple.netns)
  if (path === undefined) throw new Error(`no process shows the network namespace ${tuple.netns}`)
  const command = ['ss', '-HOtne', ...filter]
  const [file, ...args] = path === '/proc/self/ns/net' ? command : ['nsenter', `--net=${path}`, ...command]
  const { stdout } = await execa(file ?? 'ss', args, { stdin: 'ignore', timeout: 10_000 })
  return stdout.trim()
}

/** ss's names of states that are not the kernel's with hyphens. */
const STATES: Record<string, string> = {
  ESTAB: 'ESTABLISHED',
  UNCONN: 'CLOSE',
  'FIN-WAIT-1': 'FIN_WAIT1',
  'FIN-WAIT-2': 'FIN_WAIT2',
}

/** Reads the first line of `ss -HOtne`: `ESTAB 0 5 192.0.2.1:80 192.0.2.2:4000 uid:0 ino:1234 sk:5 cgroup:/ <->`. */
export const readSs = (output: string): Answer => {
  const [line = ''] = output.split('\n')
  const [word = ''] = line.split(/\s+/)
  const state = STATES[word] ?? word.replaceAll('-', '_')
  const number = (name: string) => Number(new RegExp(`\\b${name}:(\\d+)`).exec(line)?.[1] ?? NaN)
  const cookie = /\bsk:([0-9a-f]+)/.exec(line)?.[1]
  const answer: Answer = { found: state === 'SYN_RECV' ? 'request' : 'established', state }
  // ss tells the substate of a time-wait as its state: an orphan in FIN_WAIT2 has one to stand for it.
  if (/\btimer:\(timewait/.test(line) || state === 'TIME_WAIT') {
    Object.assign(answer, { found: 'timewait', state: 'TIME_WAIT', substate: state })
  }
  if (cookie !== undefined) answer.cookie = cookie
  // Without an inode nobody owns it any more; with one, ss leaves the owner out when it is root.
  if (number('ino') > 0) {
    answer.inode = number('ino')
    answer.uid = Number.isNaN(number('uid')) ? 0 : number('uid')
  }
  return answer
}

// Of the listeners on the port, the one on the address wins over those on any address, as in the kernel's look-up.
const listener = (output: string, { daddr, dport }: Tuple): Answer => {
  const lines = output.split('\n').map((line) => ({ line, local: line.split(/\s+/)[3] ?? '' }))
  const on = (...addresses: string[]) =>
    lines.find(({ local }) =>
      addresses.some((address) => local === endpoint(address, dport) || local === `${address}:${dport}`),
    )
  const match = on(daddr) ?? on('0.0.0.0', '*', '[::]')
  if (match === undefined) return { found: 'none' }
  const [, backlog, limit] = match.line.split(/\s+/)
  return { ...readSs(match.line), found: 'listener', state: 'LISTEN', backlog: Number(backlog), limit: Number(limit) }
}
