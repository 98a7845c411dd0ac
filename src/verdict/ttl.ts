// SPDX-License-Identifier: MIT
// Whether a RST came from as far away as the rest of its flow.
import type { Case } from '../flow/case.ts'
import type { FlowFacts, Segment } from '../observation.ts'

/** A RST whose TTL no segment of the flow has had may be another sender's: its shape then says nothing of the peer. */
export const hasForeignTtl = ({ reset: { segment, flow } }: Case): boolean =>
  segment !== null && flow !== null && segment.ttl !== flow.ttl && flow.other_ttl === undefined

/** What the TTL proves, with the numbers. */
export const ttlText = (segment: Segment | null, flow: FlowFacts | null): string => {
  if (segment === null || flow === null)
    return 'the TTL of the flow is not known: none of its earlier segments was seen'
  if (flow.other_ttl !== undefined)
    return `its TTL ${segment.ttl} proves nothing: the flow's own segments have had ${flow.ttl} and ${flow.other_ttl}`
  if (flow.packets === undefined) {
    const made = 'the segment by which the connection was made'
    return segment.ttl === flow.ttl
      ? `its TTL ${segment.ttl} is that of ${made}`
      : `its TTL is ${segment.ttl}, and ${made} had ${flow.ttl}: another machine sent it, or the peer's kernel for an application with a TTL of its own`
  }
  return segment.ttl === flow.ttl
    ? `its TTL ${segment.ttl} is that of the flow's first segment, of ${flow.packets} seen`
    : `its TTL is ${segment.ttl}, and ${flow.packets === 1 ? 'the one segment of the flow has' : `all ${flow.packets} segments of the flow have`} had ${flow.ttl}: another machine sent it, or the peer's kernel for an application with a TTL of its own`
}
