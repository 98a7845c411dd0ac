// SPDX-License-Identifier: MIT
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// Two levels above this file, which is in dist/ or in src/; the bundle is one file, in the root itself.
const ROOT = ['../../', './'].find((path) => existsSync(new URL(`${path}package.json`, import.meta.url))) ?? './'

/** A file of the package, by its path from the package's root: of the npm package, a checkout, or the bundle's directory. */
export const packageFile = (path: string): string => fileURLToPath(new URL(`${ROOT}${path}`, import.meta.url))

/** The text of a file of probes/, by its name. */
export const readProbe = (file: string): string => readFileSync(packageFile(`probes/${file}`), 'utf8')

/** The version of this tool, from its package.json. */
export const toolVersion = (): string =>
  /"version": "([^"]+)"/.exec(readFileSync(packageFile('package.json'), 'utf8'))?.[1] ?? 'unknown'
