// SPDX-License-Identifier: MIT
// The lines are ss's own (iproute2 6.1), recorded on a loopback with `ss -HOtne`; SYN-RECV and
// FIN-WAIT-1, which do not stay there, are made after them.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { openSs, readSs } from '../../src/ehash/ss.ts'
import { TUPLE } from '../samples.ts'

test.each([
  [
    'ESTAB  0      0      127.0.0.1:18080 127.0.0.1:39582 ino:337098 sk:2 cgroup:/ <->',
    { found: 'established', state: 'ESTABLISHED', cookie: '2', inode: 337098, uid: 0 },
  ],
  [
    'CLOSE-WAIT 6      0      127.0.0.1:39582 127.0.0.1:18080 ino:337097 sk:4 cgroup:/ -->',
    { found: 'established', state: 'CLOSE_WAIT', cookie: '4', inode: 337097, uid: 0 },
  ],
  [
    'FIN-WAIT-2 0      0      127.0.0.1:39586 127.0.0.1:18080 ino:337099 sk:5 cgroup:/ <--',
    { found: 'established', state: 'FIN_WAIT2', cookie: '5', inode: 337099, uid: 0 },
  ],
  [
    'ESTAB      0      0      127.0.0.1:39588 127.0.0.1:18080 ino:337112 sk:1001 cgroup:/ <->\nESTAB 1 1 a b sk:7',
    { found: 'established', state: 'ESTABLISHED', cookie: '1001', inode: 337112, uid: 0 },
  ],
  [
    'ESTAB 0      0      127.0.0.1:46460 127.0.0.1:18085 uid:65534 ino:396325 sk:1005 cgroup:/ <->',
    { found: 'established', state: 'ESTABLISHED', cookie: '1005', inode: 396325, uid: 65534 },
  ],
])('%s', (output, answer) => {
  expect(readSs(output)).toEqual(answer)
})

test('a time-wait is one also when ss names its substate', () => {
  const line = 'FIN-WAIT-2 0      0      127.0.0.1:18080 127.0.0.1:39582 timer:(timewait,59sec,0) ino:0 sk:2'
  expect(readSs(line)).toMatchObject({ found: 'timewait', state: 'TIME_WAIT', substate: 'FIN_WAIT2', cookie: '2' })
})

test.each([
  [
    'TIME-WAIT 0      0      127.0.0.1:47484 127.0.0.1:18086 timer:(timewait,59sec,0) ino:0 sk:7',
    'timewait',
    'TIME_WAIT',
  ],
  ['SYN-RECV 0 0 127.0.0.1:80 127.0.0.1:2 timer:(on,1sec,0) ino:0 sk:2', 'request', 'SYN_RECV'],
  [
    'SYN-SENT 0      1      127.0.0.1:46462 127.0.0.1:18085 timer:(on,696ms,0) ino:397367 sk:1006 cgroup:/ <->',
    'established',
    'SYN_SENT',
  ],
  ['FIN-WAIT-1 0 1 127.0.0.1:80 127.0.0.1:2 timer:(on,1sec,0) ino:0 sk:2', 'established', 'FIN_WAIT1'],
])('%s', (line, found, state) => expect(readSs(line)).toMatchObject({ found, state }))

const HERE = { ...TUPLE, netns: statSync('/proc/self/ns/net').ino }
const directory = mkdtempSync(join(tmpdir(), 'trace-reset-ss-'))
afterEach(() => vi.unstubAllEnvs())
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test('an ss that does not answer is given up, and the answer says so', async () => {
  writeFileSync(join(directory, 'ss'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 })
  vi.stubEnv('PATH', `${directory}:/usr/bin:/bin`)
  expect(await openSs(50).ask(HERE, { near: false })).toEqual({
    answer: { found: null, error: 'ss gave no answer within 50 ms' },
  })
})
