// SPDX-License-Identifier: MIT

/**
 * How a field is read: `hex` as the digits of a pointer or of half an address, `bits` as a number in hex, `time` as
 * nanoseconds since boot, `state` as the name of a TCP state.
 */
export type Reader = 'text' | 'number' | 'hex' | 'bits' | 'time' | 'state'

/** One field of a line, `name=value`. */
export type Field<R extends Reader = Reader> = {
  format: '%s' | '%d' | '%u' | '%lu' | '%lld' | '%llu' | '%lx'
  reader: R
  /** What bpftrace prints: over the variables that the fragments and the probes set. Its holes are filled as a probe's. */
  expression: string
  meaning: string
  unit: string
  /** Of a number that has no more: it shares a word with others (packed.ts). */
  bits?: 8 | 16 | 32 | undefined
}

/** The same row for a number of so many bits. */
export const small = <R extends 'number' | 'state'>(row: Field<R>, bits: 8 | 16 | 32): Field<R> => ({ ...row, bits })

/** A row of the table (fields.ts). */
export const field = <R extends Reader>(
  format: Field['format'],
  reader: R,
  expression: string,
  meaning: string,
  unit = '',
): Field<R> => ({ format, reader, expression, meaning, unit })
