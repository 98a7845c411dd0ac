// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * A file of the package, by its path from the package's root: beside dist/ when installed, beside src/ in a checkout.
 */
export const packageFile = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** The text of a file of probes/, by its name. */
export const readProbe = (file: string): string => readFileSync(packageFile(`probes/${file}`), 'utf8')

/** The version of this tool, from its package.json. */
export const toolVersion = (): string =>
  /"version": "([^"]+)"/.exec(readFileSync(packageFile('package.json'), 'utf8'))?.[1] ?? 'unknown'
