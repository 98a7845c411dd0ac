// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { messageOf, usageError } from '../errors.ts'
import { readFacts, type Facts } from './facts.ts'

/** The facts of this machine, or of the file given with `--facts`. Throws a usage error when that has no facts. */
export const loadFacts = async ({ facts, bpftrace }: { facts?: string; bpftrace: string }): Promise<Facts> => {
  if (facts === undefined) return readFacts(bpftrace)
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
    module: z.enum(['ready', 'denied', 'absent']),
    ss: z.boolean(),
    setpriv: z.boolean(),
    headers: z.boolean(),
  })
