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

type Judged = Parameters<ReturnType<typeof createChain>>[0]
const roleOf = ({ outcome }: Verdict) => (outcome === 'sent' ? ('server' as const) : ('client' as const))
const judged = (verdict: Verdict, role: Judged['reset']['role'] = roleOf(verdict)): Judged => ({
  reset: { role },
  verdict,
})

const hintOf = (...all: Judged[]) => {
  const tied = createChain()
  return all.map((one) => tied(one).because.filter((sentence) => sentence.startsWith('hint: '))).at(-1)
}

test.each([
  ['refused', refused(), 'was refused by 10.0.0.9:80 1 ms before (connection-refused): it may pass that on'],
  [
    'reset',
    refused({ cause: 'peer-aborted' }),
    'was reset by 10.0.0.9:80 1 ms before (peer-aborted): it may pass that on',
  ],
])('the same process was %s by another peer', (_, before, text) => {
  expect(hintOf(judged(before), judged(passedOn()))).toEqual([`hint: the same process, haproxy[7], ${text}`])
})

test.each<[string, Judged[]]>([
  ['nothing before', [judged(passedOn())]],
  ['another process', [judged(refused({ owner: { ...proxy, pid: 8 } })), judged(passedOn())]],
  ['nobody known', [judged(refused({ owner: null })), judged(passedOn())]],
  ['too long ago', [judged(refused()), judged(passedOn({ at: at(6001) }))]],
  ['a client of this host', [judged(refused(), 'server'), judged(passedOn())]],
  ['it had connected itself', [judged(refused()), judged(passedOn(), 'client')]],
  ['neither end is known', [judged(refused()), judged(passedOn(), null)]],
  ['ignored', [judged(refused({ outcome: 'ignored', cause: 'ignored-no-socket' })), judged(passedOn())]],
  ['the kernel closed', [judged(refused()), judged(passedOn({ owner: proxy }))]],
  ['after it', [judged(passedOn()), judged(refused())]],
])('no hint: %s', (_, all) => expect(hintOf(...all)).toEqual([]))

test('the hint changes neither cause nor confidence', () => {
  const tied = createChain()
  tied(judged(refused()))
  const { because: _because, ...rest } = tied(judged(passedOn()))
  const { because: _same, ...before } = passedOn()
  expect(rest).toEqual(before)
})
