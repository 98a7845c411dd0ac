// SPDX-License-Identifier: MIT
import type { Tuple } from '../flow/tuple.ts'
import type { Answer } from '../observation.ts'
import { timeOf } from '../time.ts'
import type { Question, Reply } from './ehash.ts'

/**
 * The request line for one connection, with near misses or without, as a segment finds it that came by the interface `ifindex`;
 * the grammar is in kmod/tcphash.h.
 */
export const writeRequest = (
  { family, saddr, sport, daddr, dport, netns }: Tuple,
  { near, ifindex }: Question,
): string =>
  `lookup family=${family} saddr=${saddr} sport=${sport} daddr=${daddr} dport=${dport} netns=${netns}` +
  `${ifindex === undefined ? '' : ` dif=${ifindex}`}${near ? ' near=1' : ''}\n`

const FOUND = ['established', 'timewait', 'request', 'listener', 'none'] as const
const WORDS = ['state', 'substate', 'cookie', 'reversed', 'other_found', 'listen_differs', 'listen_address'] as const
const NUMBERS = [
  'inode',
  'uid',
  'snd_una',
  'snd_nxt',
  'rcv_nxt',
  'rcv_wnd',
  'retransmits',
  'bucket',
  'chain',
  'backlog',
  'limit',
  'other_netns',
  'netns_seen',
  'listen_family',
  'listen_ifindex',
] as const

const FLAGS = ['reuseport', 'netns_cut', 'hidden'] as const

/** Reads one answer line of tcphash.ko. A malformed line becomes an answer with `error`. */
export const readAnswer = (line: string): Reply => {
  const [status, ...pairs] = line.trim().split(' ')
  if (status === 'error') return failed(/ what=(.*)/.exec(line)?.[1] ?? line.trim())
  const fields = new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
  const found = FOUND.find((name) => name === fields.get('found'))
  const at = fields.get('at')
  if (status !== 'ok' || found === undefined || at === undefined || !/^\d+$/.test(at)) {
    return failed(`tcphash gave no answer: ${JSON.stringify(line.slice(0, 80))}`)
  }
  const answer: Answer = { found }
  for (const name of WORDS) {
    const value = fields.get(name)
    if (value !== undefined) answer[name] = value
  }
  for (const name of NUMBERS) {
    const value = fields.get(name)
    if (value !== undefined && /^\d+$/.test(value)) answer[name] = Number(value)
  }
  for (const name of FLAGS) if (fields.get(name) === '1') answer[name] = true
  return { answer, at: timeOf(BigInt(at)) }
}

const failed = (error: string): Reply => ({ answer: { found: null, error } })
