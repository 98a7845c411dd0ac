// SPDX-License-Identifier: MIT
import type { Answer } from '../observation.ts'
import { lagOf } from '../verdict/hash.ts'
import type { Verdict } from '../verdict/verdict.ts'
import type { Value } from './columns.ts'
import type { Start } from './sink.ts'

/** Of the socket that was found, or of the listener; each is there where the source says it. */
const ANSWER = {
  error: 'why there is no answer; `found` is null then',
  state: 'its state',
  substate: 'of a time-wait: FIN_WAIT2 or TIME_WAIT',
  cookie: 'its socket cookie, hexadecimal',
  inode: 'its inode, as in /proc/PID/fd',
  uid: 'the user who owns it',
  snd_una: 'the first byte that the peer has not acknowledged',
  snd_nxt: 'the next byte to send',
  rcv_nxt: 'the next byte expected',
  retransmits: 'how many retransmissions in a row went unanswered',
  bucket: 'the bucket of the hash that was searched',
  chain: 'how many sockets that bucket holds',
  backlog: 'of a listener: connections that wait for accept()',
  limit: 'of a listener: how many may wait',
  reuseport: 'of a listener: whether it shares its port, so that another one, with a queue of its own, may take a SYN',
  rcv_wnd: 'the bytes that it would take from `rcv_nxt` on',
  reversed: 'near miss: what there is of the 5-tuple as the peer sees it',
  other_netns: 'near miss: another network namespace that has the 5-tuple',
  other_found: 'near miss: what that namespace has',
  listen_differs: 'near miss: in what a listener on the port differs: family, address, device',
  listen_family: "that listener's family: 4 or 6",
  listen_address: 'the address that it is bound to',
  listen_ifindex: 'the interface that it is bound to, 0 for none',
  hidden: 'near miss: a listener would take it, and a BPF program (sk_lookup) hides it',
  near_skipped: 'whether near misses were not asked for, since there were too many questions at once',
  netns_seen: 'how many other network namespaces were looked into',
  netns_cut: 'whether there are more of those that were not looked into',
} as const satisfies Record<Exclude<keyof Answer, 'found'>, string>

/** The names below `ehash` and what they mean, in order: all of them, so that CSV has the same columns in every row. */
export const EHASH_FIELDS = {
  source: 'who looked: module or ss; off: the trace looks nothing up; not-asked: it did not for this reset',
  lag_ns: 'from the reset to the answer',
  late: 'whether what was found was made after the reset, and so says nothing about it; null when not asked',
  found: 'established, timewait, request, listener or none; null: not known',
  ...ANSWER,
} as const

const isName = (name: string): name is keyof typeof ANSWER => name in ANSWER
const NAMES = Object.keys(ANSWER).filter(isName)

/** What the TCP hash held right after the reset. */
export const ehash = ({ after, late }: Verdict, { ehash: asks }: Start): Value => {
  const lookup = after ?? late
  if (lookup === null) return { source: asks === 'off' ? 'off' : 'not-asked', lag_ns: null, late: null, found: null }
  const { source, answer } = lookup
  const value: Record<string, Value> = { source, lag_ns: lagOf(lookup), late: after === null, found: answer.found }
  for (const name of NAMES) if (answer[name] !== undefined) value[name] = answer[name]
  return value
}
