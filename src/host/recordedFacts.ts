// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { messageOf, usageError } from '../errors.ts'
import type { Facts } from './facts.ts'

/** The facts in a file that `doctor --json` wrote. Throws a usage error when the file has none. */
export const recordedFacts = async (facts: string): Promise<Facts> => {
  try {
    const { z } = await import('zod')
    return shape(z).parse(JSON.parse(readFileSync(facts, 'utf8')))
  } catch (error) {
    throw usageError(
      `--facts: cannot use ${facts}: ${messageOf(error).slice(0, 200)}`,
      'trace-reset doctor --json writes such a file',
    )
  }
}

// zod takes 100 ms to load, so it is loaded only for a file.
const shape = (z: typeof import('zod').z) =>
  z.strictObject({
    kernel: z.string(),
    machine: z.string(),
    euid: z.int(),
    btf: z.union([
      z.strictObject({
        functions: z.record(z.string().regex(/^\w+$/), z.array(z.string())),
        returns: z.record(z.string(), z.string()),
        typedefs: z.array(z.string()),
        enums: z.record(z.string(), z.record(z.coerce.number(), z.string())),
      }),
      z.strictObject({ error: z.string() }),
    ]),
    symbols: z.strictObject({
      modules: z.array(z.string().regex(/^\w+$/)),
      copies: z.array(z.string().regex(/^[\w.]+$/)),
    }),
    tracefs: z.enum(['ready', 'denied', 'absent']),
    lockdown: z.string(),
    bpftrace: z.union([
      z.strictObject({ path: z.string(), version: z.string() }),
      z.strictObject({ path: z.string(), error: z.string() }),
    ]),
    names: z.enum(['ready', 'hidden', 'absent']).optional(),
    module: z.enum(['ready', 'denied', 'absent']),
    ss: z.boolean(),
    setpriv: z.boolean(),
    headers: z.boolean(),
  })
