// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { readSlice } from '../../src/ehash/list.ts'

const SOCKET =
  'socket found=established saddr=192.0.2.7 sport=40000 daddr=192.0.2.1 dport=80 state=ESTABLISHED snd_nxt=5\n' +
  'socket found=listener saddr=:: sport=0 daddr=:: dport=80 state=LISTEN backlog=0 limit=128\n'

test('a slice: its sockets, and where to go on', () => {
  const { listed, ...place } = readSlice(`${SOCKET}ok at=1 netns=7 listed=2 done=0 next=12 skip=3\n`, 7)
  expect(place).toEqual({ done: false, next: '12', skip: '3' })
  expect(listed.map(({ tuple }) => tuple)).toEqual([
    { family: 4, saddr: '192.0.2.7', sport: 40000, daddr: '192.0.2.1', dport: 80, netns: 7 },
    { family: 6, saddr: '::', sport: 0, daddr: '::', dport: 80, netns: 7 },
  ])
  expect(listed[0]?.fields.get('snd_nxt')).toBe('5')
})

test('the last slice, of nothing', () => {
  expect(readSlice('ok at=1 netns=7 listed=0 done=1 next=9 skip=0\n', 7)).toEqual({
    listed: [],
    done: true,
    next: '9',
    skip: '0',
  })
})

test.each([
  ['error code=EPERM column=1 what=no CAP_NET_ADMIN over the initial user namespace\n', /: no CAP_NET_ADMIN over/],
  ['', /failed: ""/],
  ['ok at=1 netns=7\n', /"ok at=1/],
])('no slice: %j', (text, expected) => {
  expect(() => readSlice(text, 7)).toThrow(expected)
})
