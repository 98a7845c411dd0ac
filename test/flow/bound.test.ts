// SPDX-License-Identifier: MIT
// Sockets that are bound to an interface, by their changes of state.
import { expect, test } from 'vitest'
import { createBound } from '../../src/flow/bound.ts'
import type { Kind } from '../../src/observation.ts'
import { state, TUPLE } from '../samples.ts'

const after = (...changes: Partial<Kind<'state'>>[]) => {
  const bound = createBound()
  for (const change of changes) bound.changed(state({ bound: 3, ...change }))
  return bound.of(TUPLE)
}
const CONNECTING = { to: 'SYN_SENT', tuple: { ...TUPLE, dport: 0 } }
const SINCE = { to: 'ESTABLISHED' }

test.each<[string, Partial<Kind<'state'>>[], string | undefined]>([
  ['nothing was seen', [], undefined],
  ['it is connecting, and its port is not chosen yet', [CONNECTING], 'SYN_SENT'],
  ['it is connected', [CONNECTING, SINCE], 'ESTABLISHED'],
  ['it was closed', [SINCE, { to: 'CLOSE' }], undefined],
  ['it was closed while it was connecting', [CONNECTING, { to: 'CLOSE' }], undefined],
  ['it is bound to none', [{ ...SINCE, bound: undefined }], undefined],
  ['it is bound to none any more', [SINCE, { to: 'FIN_WAIT1', bound: undefined }], undefined],
  ['another one of the same ends was closed', [SINCE, { to: 'CLOSE', sk: 'b' }], 'ESTABLISHED'],
  ['a listener', [{ to: 'LISTEN' }], undefined],
  ['to another peer', [{ ...CONNECTING, tuple: { ...TUPLE, saddr: '192.0.2.3', dport: 0 } }], undefined],
])('a bound socket: %s', (_, changes, to) => expect(after(...changes)?.to).toBe(to))
