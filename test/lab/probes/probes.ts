// SPDX-License-Identifier: MIT
import type { Count } from '../../count.ts'
import { writePredicates } from './predicates.ts'
import { runTap } from '../vm/tap.ts'

/** The parts of test/lab/probes, in the order of its table. */
export const PROBE_PARTS = ['filters', 'steps', 'crafted', 'nat', 'owners', 'burst', 'tracepoints', 'refused'] as const

type Part = (typeof PROBE_PARTS)[number]

/** What every run of the tests tries, in brief: all but `crafted`, for the minutes that its program takes. */
export const BRIEF_PARTS: readonly Part[] = PROBE_PARTS.filter((part) => part !== 'crafted')

/** A program of every step takes minutes to be attached under emulation. */
const TIMEOUT_SECONDS = 3600

/**
 * Holds the probes against the truth on one release's kernel: these parts, each line printed and counted. `brief`: of a few
 * filters and steps.
 */
export const runProbes = async (release: string, parts: readonly Part[], brief: boolean): Promise<Count> => {
  if (parts.includes('filters')) writePredicates()
  const command = ['python3', 'test/lab/probes', ...(brief ? ['--brief'] : []), ...parts]
  return runTap({ release, command, timeoutSeconds: TIMEOUT_SECONDS })
}
