// SPDX-License-Identifier: MIT
// The filter in the head of a recording: a part of observation.ts.
import { z } from 'zod'
import { address } from './values.ts'

const port = z.int().min(0).max(65535)
const addresses = z.array(z.union([address, z.cidrv4(), z.cidrv6()])).optional()
const ports = z.array(z.strictObject({ first: port, last: port })).optional()
const namespaces = z.array(z.union([z.int().min(0), z.literal('all')])).optional()

/** Which connections were watched, by the options of those names; an option that is not there asked nothing. */
export const recordedFilter = z.strictObject({
  saddr: addresses,
  not_saddr: addresses,
  sport: ports,
  not_sport: ports,
  daddr: addresses,
  not_daddr: addresses,
  dport: ports,
  not_dport: ports,
  netns: namespaces,
  not_netns: namespaces,
})

export type RecordedFilter = z.infer<typeof recordedFilter>
