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
