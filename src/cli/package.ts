// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A file of the package, by its path from the package's root: beside dist/ when installed, beside src/ in a checkout. */
export const packageFile = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** The version of this tool, from its package.json. */
export const toolVersion = (): string =>
  /"version": "([^"]+)"/.exec(readFileSync(packageFile('package.json'), 'utf8'))?.[1] ?? 'unknown'
