// SPDX-License-Identifier: MIT
// What the tests of correlate are made with.
import { expect } from 'vitest'
import { correlate } from '../../src/flow/correlate.ts'
import type { Observation } from '../../src/observation.ts'
import { reply, reset, segment, stop, SYN, task } from '../samples.ts'

/** The cases of a whole trace, in the order in which they were given. */
export const cases = (...observations: Observation[]) => {
  const machine = correlate()
  return [...observations.flatMap((observation) => machine.push(observation)), ...machine.flush()]
}

/** The only case of a trace that was ended. */
export const only = (...observations: Observation[]) => {
  const [first, ...rest] = cases(...observations, stop())
  expect(rest).toEqual([])
  if (first === undefined) throw new Error('no case')
  return first
}

/** An active reset, by default in close(). */
export const active = (over: Parameters<typeof reset>[0] = {}) =>
  reset({
    fn: 'tcp_send_active_reset',
    segment: null,
    task: task(),
    stack: ['tcp_send_active_reset', '__tcp_close', 'tcp_close'],
    flow: null,
    ...over,
  })

/** An attempt to reply to a SYN for which there is no socket. */
export const replying = (over: Parameters<typeof reset>[0] = {}) =>
  reset({ fn: 'tcp_v4_send_reset', segment: segment({ flags: SYN }), socket: null, flow: null, ...over })

/** A reply that was sent: without the RST on its way it would be an attempt only. */
export const replied = (over: Parameters<typeof reset>[0] = {}) => [replying(over), reply()]
