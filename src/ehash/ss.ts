// SPDX-License-Identifier: MIT
import { execa } from 'execa'
import { messageOf } from '../errors.ts'
import { kernelState } from '../flow/states.ts'
import { endpoint, type Tuple } from '../flow/tuple.ts'
import type { Answer } from '../observation.ts'
import { NETNS_UNKNOWN, type Ehash } from './ehash.ts'
import { netnsPath } from '../host/netns.ts'

/**
 * How long ss may take for one look-up, in milliseconds. It takes about 10; correlate waits for no answer longer than a
 * second of event time (LOOKUP_NS in src/flow).
 */
const LONGEST_MS = 2000

/**
 * Look-ups by iproute2's ss: 10 ms each instead of 3 us, and without rcv_nxt, snd_una, snd_nxt, bucket and chain.
 * nsenter runs ss in other network namespaces. A look-up that takes more than `longest` milliseconds, both of its runs
 * of ss together, is given up, and its answer has the error.
 */
export const openSs = (longest: number = LONGEST_MS): Ehash => ({
  source: 'ss',
  ask: async (tuple) => {
    if (tuple.netns === 0) return NETNS_UNKNOWN
    const limit = AbortSignal.timeout(longest)
    try {
      return { answer: await askSs(tuple, limit) }
    } catch (error) {
      const reason = limit.aborted ? `ss gave no answer within ${longest} ms` : messageOf(error)
      return { answer: { found: null, error: reason } }
    }
  },
  close: () => undefined,
})

const askSs = async (tuple: Tuple, limit: AbortSignal): Promise<Answer> => {
  const { saddr, sport, daddr, dport } = tuple
  const exact = await ss(tuple, ['-a', 'src', endpoint(daddr, dport), 'dst', endpoint(saddr, sport)], limit)
  return exact === '' ? listener(await ss(tuple, ['-l', 'sport', '=', `:${dport}`], limit), tuple) : readSs(exact)
}

const ss = async (tuple: Tuple, filter: string[], limit: AbortSignal) => {
  const path = netnsPath(tuple.netns)
  if (path === undefined) throw new Error(`network namespace ${tuple.netns} has no process and no name to enter it by`)
  const command = ['ss', '-HOtne', ...filter]
  const [file, ...args] = path === '/proc/self/ns/net' ? command : ['nsenter', `--net=${path}`, ...command]
  // SIGKILL: what is given up is not asked to end first.
  const options = { stdin: 'ignore', cancelSignal: limit, killSignal: 'SIGKILL' } as const
  const { stdout } = await execa(file ?? 'ss', args, options)
  return stdout.trim()
}

/** Reads the first line of `ss -HOtne`: `ESTAB 0 5 192.0.2.1:80 192.0.2.2:4000 uid:0 ino:1234 sk:5 cgroup:/ <->`. */
export const readSs = (output: string): Answer => {
  const [line = ''] = output.split('\n')
  const [word = ''] = line.split(/\s+/)
  const state = kernelState(word)
  const number = (name: string) => Number(new RegExp(`\\b${name}:(\\d+)`).exec(line)?.[1] ?? NaN)
  const cookie = /\bsk:([0-9a-f]+)/.exec(line)?.[1]
  const answer: Answer = { found: state === 'SYN_RECV' ? 'request' : 'established', state }
  // For a TIME_WAIT mini-socket ss prints the substate: FIN-WAIT-2 for one that stands for an orphan in FIN_WAIT2.
  if (/\btimer:\(timewait/.test(line) || state === 'TIME_WAIT') {
    Object.assign(answer, { found: 'timewait', state: 'TIME_WAIT', substate: state })
  }
  if (cookie !== undefined) answer.cookie = cookie
  // Without an inode no process has the socket open. With one, ss leaves out the uid of root.
  if (number('ino') > 0) {
    answer.inode = number('ino')
    answer.uid = Number.isNaN(number('uid')) ? 0 : number('uid')
  }
  return answer
}

// A listener on the address wins over one on any address, as in the kernel's look-up.
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
