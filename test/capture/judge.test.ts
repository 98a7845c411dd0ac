// SPDX-License-Identifier: MIT
// What packets alone say of a RST that came, by its TTL and after which silence.
import { expect, test } from 'vitest'
import type { Side } from '../../src/capture/flows.ts'
import { judgeCame } from '../../src/capture/judge.ts'
import type { Captured } from '../../src/capture/segment.ts'
import { ACK, RST, RST_ACK } from '../samples.ts'

const SECOND = 1_000_000_000n

const captured = (over: Partial<Captured>): Captured => ({
  family: 4,
  from: '192.0.2.1',
  to: '198.51.100.2',
  fromPort: 80,
  toPort: 4000,
  at: 100n * SECOND,
  seq: 500,
  ack: 0,
  flags: RST,
  window: 0,
  length: 0,
  ttl: 63,
  ip_id: 0,
  ...over,
})

/** This host has sent up to 900, and acknowledged up to 500; the peer has sent up to there, and acknowledged `acked`. */
const flow = (acked: number, peerAt = 99n * SECOND) => {
  const side = {
    synSeq: null,
    fin: false,
    otherTtl: false,
    segments: 3,
    last: captured({ flags: ACK, at: 99n * SECOND }),
  }
  const here: Side = { ...side, next: 900, acked: 500, at: 99n * SECOND, ttl: 64 }
  const peer: Side = { ...side, next: 500, acked, at: peerAt, ttl: 63 }
  return { here, peer }
}

const [WAITING, QUIET] = [800, 900]

test.each([
  ['answers what was sent, by the peer', { ttl: 63 }, flow(WAITING), 'peer-has-no-socket'],
  ['answers what was sent, from elsewhere', { ttl: 64 }, flow(WAITING), 'peer-has-no-socket'],
  ['the same with an IP-ID', { ttl: 64, ip_id: 7 }, flow(WAITING), 'forged'],
  ['answers nothing, from elsewhere', { ttl: 64 }, flow(QUIET), 'forged'],
  ['aborts, from elsewhere', { ttl: 64, flags: RST_ACK, ack: 900 }, flow(QUIET), 'forged'],
  ['aborts, by the peer', { flags: RST_ACK, ack: 900 }, flow(QUIET), 'peer-aborted'],
  ['answers after a silence, from elsewhere', { ttl: 64 }, flow(WAITING, 60n * SECOND), 'unknown'],
  ['aborts after a silence', { flags: RST_ACK, ack: 900 }, flow(QUIET, 60n * SECOND), 'unknown'],
] as const)('%s', (_, over, before, cause) => {
  expect(judgeCame(captured(over), before, null).cause).toBe(cause)
})
