// SPDX-License-Identifier: MIT
// A reset that a process passes on: the hint on the second verdict, and where none is due.
import { expect, test } from 'vitest'
import { createChain } from '../../src/verdict/chain.ts'
import { judge } from '../../src/verdict/judge.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { at, caseOf } from '../samples.ts'

const any = judge(caseOf())
const BACKEND = { ...any.tuple, saddr: '10.0.0.9', sport: 80 }
const proxy = { how: 'socket' as const, pid: 7, comm: 'haproxy', cgroup: null }

const refused = (over: Partial<Verdict> = {}): Verdict => ({
  ...any,
  at: at(1000),
  outcome: 'received',
  cause: 'connection-refused',
  tuple: BACKEND,
  owner: proxy,
  because: [],
  ...over,
})
const passedOn = (over: Partial<Verdict> = {}): Verdict => ({
  ...any,
  at: at(1001),
  outcome: 'sent',
  cause: 'unread-data-on-close',
  owner: { ...proxy, how: 'closer' },
  because: ['why'],
  ...over,
})

const hintOf = (...verdicts: Verdict[]) => {
  const tied = createChain()
  return verdicts.map((verdict) => tied(verdict).because.filter((sentence) => sentence.startsWith('hint: '))).at(-1)
}

test.each([
  ['refused', refused(), 'was refused by 10.0.0.9:80 1 ms before (connection-refused): it may pass that on'],
  [
    'reset',
    refused({ cause: 'peer-aborted' }),
    'was reset by 10.0.0.9:80 1 ms before (peer-aborted): it may pass that on',
  ],
])('the same process was %s by another peer', (_, before, text) => {
  expect(hintOf(before, passedOn())).toEqual([`hint: the same process, haproxy[7], ${text}`])
})

test.each<[string, Verdict[]]>([
  ['nothing before', [passedOn()]],
  ['another process', [refused({ owner: { ...proxy, pid: 8 } }), passedOn()]],
  ['nobody known', [refused({ owner: null }), passedOn()]],
  ['too long ago', [refused(), passedOn({ at: at(6001) })]],
  ['the same peer', [refused({ tuple: any.tuple }), passedOn()]],
  ['ignored', [refused({ outcome: 'ignored', cause: 'ignored-no-socket' }), passedOn()]],
  ['the kernel closed', [refused(), passedOn({ owner: proxy })]],
  ['after it', [passedOn(), refused()]],
])('no hint: %s', (_, verdicts) => expect(hintOf(...verdicts)).toEqual([]))

test('the hint changes neither cause nor confidence', () => {
  const tied = createChain()
  tied(refused())
  const { because: _because, ...rest } = tied(passedOn())
  const { because: _same, ...before } = passedOn()
  expect(rest).toEqual(before)
})
