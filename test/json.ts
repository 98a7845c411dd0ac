// SPDX-License-Identifier: MIT
import { z } from 'zod'

const verdict = z.looseObject({ cause: z.string(), confidence: z.string() })

/** The verdicts of `--format json`. */
export const verdictsOf = (stdout: string) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => verdict.parse(JSON.parse(line)))

export const causesOf = (stdout: string) => verdictsOf(stdout).map(({ cause }) => cause)

/** The version that a package.json names. */
export const versionOf = (text: string) => z.looseObject({ version: z.string() }).parse(JSON.parse(text)).version

const dependencies = z.record(z.string(), z.string()).default({})
const Lock = z.object({
  packages: z.record(z.string(), z.looseObject({ dependencies, optionalDependencies: dependencies })),
})

/** Of each package in a package-lock.json, by path, the names of those that it needs or could use. */
export const neededIn = (text: string): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(Lock.parse(JSON.parse(text)).packages).map(([path, locked]) => [
      path,
      Object.keys({ ...locked.dependencies, ...locked.optionalDependencies }),
    ]),
  )
