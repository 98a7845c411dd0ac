// SPDX-License-Identifier: MIT
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { describeFilter } from '../../../src/filter/describe.ts'
import { ANY, type Filter } from '../../../src/filter/filter.ts'
import { matches } from '../../../src/filter/match.ts'
import { renderFilter } from '../../../src/filter/render.ts'
import type { Tuple } from '../../../src/flow/tuple.ts'
import { filters, tuplesNear } from '../../filter/arbitrary.ts'
import { loaded } from '../../filter/loaded.ts'

/** Travels into the guest with the rest of test/. */
const BUILT = fileURLToPath(new URL('../.built/', import.meta.url))

/** Packets that each pair is asked about, and questions in one program: bpftrace 0.17 takes minutes for a large one. */
const [PACKETS, TOGETHER] = [4, 12]

/** Of the same filters every time, so that what fails fails again. */
const SEED = 1

/**
 * Writes .built/predicates.json for probes/filters.py: programs that ask each pair of the kernel's filter options about a
 * packet that they select or nearly do, each with the numbers of the questions that TypeScript says yes to.
 */
export const writePredicates = (): void => {
  const asked = Array.from({ length: PACKETS }, () => PAIRS)
    .flat()
    .map((pair, index) => sampleOf(pair, SEED + index))
  const programs = Array.from({ length: Math.ceil(asked.length / TOGETHER) }, (_, index) =>
    programOf(asked.slice(index * TOGETHER, (index + 1) * TOGETHER)),
  )
  mkdirSync(BUILT, { recursive: true })
  writeFileSync(`${BUILT}predicates.json`, JSON.stringify(programs))
}

const programOf = (asked: readonly [Filter, Tuple][]) => ({
  questions: asked.map(([filter, tuple]) => `${describeFilter(filter)} of ${JSON.stringify(tuple)}`),
  program: `BEGIN {\n${[ZERO, ...asked.map(([filter, tuple], index) => question(filter, tuple, index))].join('\n')}\nexit();\n}\n`,
  yes: asked.flatMap(([filter, tuple], index) => (matches(filter, tuple) ? [index] : [])),
})

const isName = (name: string): name is keyof Filter => name in ANY
const NAMES = Object.keys(ANY).filter(isName)
const PAIRS = NAMES.flatMap((one, index) => NAMES.slice(index + 1).map((other) => [one, other] as const))

const sampleOf = ([one, other]: readonly [keyof Filter, keyof Filter], seed: number): [Filter, Tuple] => {
  const both = filters
    .filter((filter) => filter[one].length > 0 && filter[other].length > 0)
    .map((filter): Filter => ({ ...ANY, [one]: filter[one], [other]: filter[other] }))
  const [sample] = fc.sample(
    both.chain((filter) => fc.tuple(fc.constant(filter), tuplesNear(filter))),
    { seed, numRuns: 1 },
  )
  if (sample === undefined) throw new Error('no sample')
  return sample
}

const question = (filter: Filter, { family, saddr, sport, daddr, dport, netns }: Tuple, index: number) => {
  const [[s0, s1], [d0, d1]] = [loaded(family, saddr), loaded(family, daddr)]
  return [
    ...Object.entries({ family, s0, s1, sport, d0, d1, dport, netns }).map(
      ([name, value]) => `$${name} = ${number(BigInt(value))} + $zero;`,
    ),
    `if (${renderFilter(filter).all}) { printf("%d\\n", ${index}); }`,
  ].join(' ')
}

// Not known to the compiler, or it would answer the questions itself.
const ZERO = '$zero = (uint64)nsecs >> 63;'

// A literal of bpftrace has 63 bits.
const number = (value: bigint) => `(((uint64)${value >> 32n} << 32) | (uint64)${value & 0xffffffffn})`
