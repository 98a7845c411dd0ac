// SPDX-License-Identifier: MIT
// A RST that came, and that the host of its address did not send.
import { expect, test } from 'vitest'
import { unclaimed } from '../../src/join/account.ts'
import type { Half } from '../../src/join/half.ts'
import type { Host } from '../../src/join/host.ts'
import { verdict } from '../samples.ts'

const came = (over: Partial<Half>): Half => ({
  ...verdict({ outcome: 'received' }),
  host: 1,
  wall: 0n,
  unsent: false,
  ...over,
})

const host = (knows: boolean): Host => ({
  name: 'server',
  file: '',
  halves: [],
  nat: [],
  has: () => true,
  knows: () => knows,
  watched: () => true,
  complete: { sends: true, arrivals: true },
})

test.each([
  ['has the connection', true, 'peer-aborted', { cause: 'forged', confidence: 'certain', inference: 'wrong' }],
  ['has the connection', true, 'peer-has-no-socket', { cause: 'forged', confidence: 'certain', inference: 'wrong' }],
  ['has the connection', true, 'idle-expiry', { cause: 'idle-expiry', confidence: 'certain', inference: 'right' }],
  ['has the address alone', false, 'peer-aborted', { cause: 'forged', confidence: 'likely', inference: 'wrong' }],
  // After a failover another host has the address, whose kernel knows nothing of the connection.
  [
    'has the address alone',
    false,
    'peer-has-no-socket',
    { cause: 'peer-has-no-socket', confidence: 'likely', inference: null },
  ],
  [
    'has the address alone',
    false,
    'connection-refused',
    { cause: 'connection-refused', confidence: 'likely', inference: null },
  ],
] as const)('its host %s: %s, %s', (_, knows, cause, account) => {
  expect(unclaimed(came({ cause, confidence: 'likely' }), [host(knows)], () => 0n)).toMatchObject({
    fate: 'unsent',
    silent: 0,
    ...account,
  })
})
