// SPDX-License-Identifier: MIT
import { EVENT_NAME, type AttributeValue, type OtlpRecord } from '../format/otlp.ts'
import type { Packages } from './packages.ts'

/** A record, and the attributes of its resource. Those of one trace are the same object. */
export type Sent = { record: OtlpRecord; resource: Record<string, AttributeValue> }

/** Encodes records, and reads how many of them an answer says were not taken, and why. */
export type Codec = {
  encode: (batch: readonly Sent[]) => Uint8Array
  rejected: (answer: Uint8Array) => { count: number; why: string }
}

/** Makes one; `version` is that of this tool. */
export const createCodec = ({ resources, serializer }: Packages, version: string): Codec => {
  const instrumentationScope = { name: 'trace-reset', version }
  // What is encoded together is by its identity of one resource.
  const known = new WeakMap<Sent['resource'], ReturnType<typeof resources.resourceFromAttributes>>()
  const resourceOf = (attributes: Sent['resource']) => {
    const resource = known.get(attributes) ?? resources.resourceFromAttributes(attributes)
    known.set(attributes, resource)
    return resource
  }
  return {
    encode: (batch) => {
      const observed = Date.now()
      const bytes = serializer.serializeRequest(
        batch.map(({ record: { at, severity, attributes }, resource }) => ({
          hrTime: [at.s, at.ns],
          hrTimeObserved: [Math.floor(observed / 1000), (observed % 1000) * 1e6],
          ...(isSeverity(severity.number) ? { severityNumber: severity.number } : {}),
          severityText: severity.text,
          eventName: EVENT_NAME,
          attributes,
          droppedAttributesCount: 0,
          resource: resourceOf(resource),
          instrumentationScope,
        })),
      )
      if (bytes === undefined) throw new Error('OpenTelemetry encoded nothing')
      return bytes
    },
    rejected: (answer) => {
      try {
        const { rejectedLogRecords: count = 0, errorMessage } =
          serializer.deserializeResponse(answer).partialSuccess ?? {}
        return { count, why: errorMessage ?? '' }
      } catch {
        // Taken is taken, whatever else it says.
        return { count: 0, why: '' }
      }
    },
  }
}

type Encoded = Parameters<Packages['serializer']['serializeRequest']>[0][number]

// The numbers of the specification, 1 to 24; the enum of them is in a package that is needed for nothing else.
const isSeverity = (number: number): number is NonNullable<Encoded['severityNumber']> => number >= 1 && number <= 24
