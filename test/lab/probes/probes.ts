// SPDX-License-Identifier: MIT
import type { Count } from '../../count.ts'
import { writePredicates } from './predicates.ts'
import { runTap } from '../vm/tap.ts'

/** The parts of test/lab/probes, in the order of its table. */
export const PROBE_PARTS = ['filters', 'steps', 'crafted', 'nat', 'owners', 'burst', 'tracepoints', 'refused'] as const

/**
 * What every run of the tests holds against the truth, on one kernel: all parts but the two whose programs take minutes each,
 * those of every pair of filters and of every step.
 */
export const PROBE_SLICE = ['crafted', 'nat', 'owners', 'burst', 'tracepoints', 'refused'] as const

/** A program of every step takes minutes to be attached under emulation. */
const TIMEOUT_SECONDS = 3600

/** Holds the probes against the truth on one release's kernel: these parts, or all. Prints a line each, and counts. */
export const runProbes = async (
  release: string,
  parts: readonly (typeof PROBE_PARTS)[number][] = PROBE_PARTS,
): Promise<Count> => {
  if (parts.includes('filters')) writePredicates()
  return runTap({ release, command: ['python3', 'test/lab/probes', ...parts], timeoutSeconds: TIMEOUT_SECONDS })
}
