// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import type { Observation } from '../../src/observation.ts'
import { createReport } from '../../src/summary/report.ts'
import type { Outcome } from '../../src/verdict/cause.ts'
import { arrival, lookup, lost, packet, reset, segment, socket, start, verdict } from '../samples.ts'

const text = (observations: Observation[], outcomes: Outcome[] = []) => {
  const report = createReport(() => false)
  for (const observation of observations) report.see(observation)
  for (const outcome of outcomes) report.judged(verdict({ outcome }))
  return report.text()
}

test.each<[Outcome[], string]>([
  [[], '0 resets: 0 sent, 0 received'],
  [['sent'], '1 reset: 1 sent, 0 received'],
  [['sent', 'received', 'received'], '3 resets: 1 sent, 2 received'],
  [['ignored'], '1 reset: 0 sent, 0 received, 1 ignored'],
  [['ignored', 'sent', 'ignored'], '3 resets: 1 sent, 0 received, 2 ignored'],
])('outcomes are counted: %j', (outcomes, counts) => {
  expect(text([], outcomes)).toBe(`${counts}; 0 look-ups; nothing lost`)
})

const ALL = start({ probes: ['tcp_v4_rcv', 'tcp_reset', 'kfree_skb'] })
const obeyed = reset({ segment: arrival().segment })
const withoutSegment = reset({ segment: null })

test.each<[string, Observation[], string | undefined]>([
  ['one', [start(), arrival()], '1 RST arrived and changed no full socket, not judged'],
  [
    'two of three',
    [start(), arrival(), arrival(), obeyed, arrival()],
    '2 RSTs arrived and changed no full socket, not judged',
  ],
  ['obeyed', [start(), arrival(), obeyed], undefined],
  ['obeyed, without its segment', [start(), arrival(), withoutSegment], undefined],
  [
    'data after close is no RST',
    [start(), arrival(), reset({ segment: segment() })],
    '1 RST arrived and changed no full socket, not judged',
  ],
  [
    'what this host sends is not what came',
    [start(), arrival(), reset({ fn: 'tcp_send_active_reset', segment: null })],
    '1 RST arrived and changed no full socket, not judged',
  ],
  ['no RST', [start(), packet()], undefined],
  ['all are judged where drops are told', [ALL, arrival(), arrival({}, { socket: socket() })], undefined],
])('RSTs that are not judged: %s', (_, observations, sentence) => {
  const [, ...rest] = text(observations).split('; ')
  expect(rest).toEqual([...(sentence === undefined ? [] : [sentence]), '0 look-ups', 'nothing lost'])
})

test('look-ups and losses are counted', () => {
  expect(text([lookup(), lookup(undefined, { why: 'first' })])).toMatch(/; 2 look-ups; nothing lost$/)
  expect(text([lookup(), lost('events', 2), lost('events', 1), lost('lookups', 1)])).toMatch(
    /; 1 look-up; LOST 3 events and 1 look-up$/,
  )
})
