// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { readAnswer, writeRequest } from '../../src/ehash/answer.ts'
import { TUPLE } from '../samples.ts'

test('the request is one line', () => {
  expect(writeRequest(TUPLE, { near: false })).toBe(
    'lookup family=4 saddr=192.0.2.2 sport=40000 daddr=192.0.2.1 dport=80 netns=4026531840\n',
  )
})

test('near misses are asked for at its end', () => {
  expect(writeRequest(TUPLE, { near: true })).toBe(writeRequest(TUPLE, { near: false }).replace('\n', ' near=1\n'))
})

test('the interface that a segment came by is told', () => {
  expect(writeRequest(TUPLE, { near: true, ifindex: 3 })).toContain(' netns=4026531840 dif=3 near=1\n')
})

test.each([
  ['ok at=5000000001 found=none bucket=17 chain=0\n', { found: 'none', bucket: 17, chain: 0 }],
  [
    'ok at=5000000001 found=established state=ESTABLISHED cookie=1f inode=33 uid=0 snd_una=1 snd_nxt=4294967295 rcv_nxt=0 bucket=1 chain=2\n',
    {
      found: 'established',
      state: 'ESTABLISHED',
      cookie: '1f',
      inode: 33,
      uid: 0,
      snd_una: 1,
      snd_nxt: 4294967295,
      rcv_nxt: 0,
      bucket: 1,
      chain: 2,
    },
  ],
  [
    'ok at=5000000001 found=timewait state=TIME_WAIT substate=FIN_WAIT2 rcv_nxt=9\n',
    { found: 'timewait', state: 'TIME_WAIT', substate: 'FIN_WAIT2', rcv_nxt: 9 },
  ],
  ['ok at=5000000001 found=listener later=field backlog=3 limit=128\n', { found: 'listener', backlog: 3, limit: 128 }],
  ['ok at=5000000001 found=listener bucket=1 chain=0 reuseport=0\n', { found: 'listener', bucket: 1, chain: 0 }],
  ['ok at=5000000001 found=listener reuseport=1\n', { found: 'listener', reuseport: true }],
  [
    'ok at=5000000001 found=none bucket=1 chain=0 near=none netns_seen=3 netns_cut=0\n',
    { found: 'none', bucket: 1, chain: 0, netns_seen: 3 },
  ],
  [
    'ok at=5000000001 found=none near=hidden netns_seen=64 netns_cut=1 hidden=1\n',
    { found: 'none', netns_seen: 64, netns_cut: true, hidden: true },
  ],
  ['ok at=5000000001 found=none near=reversed reversed=established\n', { found: 'none', reversed: 'established' }],
  [
    'ok at=5000000001 found=listener backlog=0 limit=9 near=netns other_netns=4026532000 other_found=timewait\n',
    { found: 'listener', backlog: 0, limit: 9, other_netns: 4026532000, other_found: 'timewait' },
  ],
  [
    'ok at=5000000001 found=none near=listener listen_differs=address,device listen_family=6 listen_address=2001:db8::1 listen_ifindex=3\n',
    {
      found: 'none',
      listen_differs: 'address,device',
      listen_family: 6,
      listen_address: '2001:db8::1',
      listen_ifindex: 3,
    },
  ],
  [
    'ok at=5000000001 found=established rcv_wnd=64240 retransmits=2\n',
    { found: 'established', rcv_wnd: 64240, retransmits: 2 },
  ],
  ['ok at=5000000001 found=none bucket=many\n', { found: 'none' }],
])('%s', (line, answer) => {
  expect(readAnswer(line)).toEqual({ answer, at: { s: 5, ns: 1 } })
})

test.each([
  ['error code=2 what=no such netns\n', 'no such netns'],
  ['error\n', 'error'],
  ['', 'tcphash gave no answer: ""'],
  ['ok found=none\n', 'tcphash gave no answer: "ok found=none\\n"'],
  ['ok at=5 found=strange\n', 'tcphash gave no answer: "ok at=5 found=strange\\n"'],
  ['ok at=x found=none\n', 'tcphash gave no answer: "ok at=x found=none\\n"'],
])('no answer: %j', (line, error) => {
  expect(readAnswer(line)).toEqual({ answer: { found: null, error } })
})
