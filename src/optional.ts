// SPDX-License-Identifier: MIT
// Packages that are installed by whoever wants what they are for: optional peers.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { environmentError } from './errors.ts'

/** Where Debian's npm installs with --global; a package of Debian, and the bundle, look there too. */
const GLOBAL = '/usr/local/lib/node_modules/'

/** How one is loaded: from beside this package, by the name of something in it that is used. */
export type Optional<T> = { name: string; load: () => Promise<T>; needed: keyof T }

/** Loads one, from beside this package or from `elsewhere`. Fails with what Node says where it is in neither. */
export const loadOptional = async <T>({ name, load, needed }: Optional<T>, elsewhere = GLOBAL): Promise<T> => {
  try {
    return await load()
  } catch (error) {
    if (!isMissing(error)) throw error
    const path = createRequire(elsewhere).resolve(name)
    const found: unknown = await import(pathToFileURL(path).href)
    if (has<T>(found, needed)) return found
    // Of a package in CommonJS, whose names Node may not tell.
    if (has<{ default: unknown }>(found, 'default') && has<T>(found.default, needed)) return found.default
    throw error
  }
}

/** An environment error that says how to install what is missing; anything else as it was. */
export const orMissing = (error: unknown, what: string, packages: Readonly<Record<string, string>>): unknown =>
  isMissing(error)
    ? environmentError(
        what,
        `npm install -g ${Object.entries(packages)
          .map(([name, version]) => `${name}@${version}`)
          .join(' ')}`,
        error,
      )
    : error

const isMissing = (error: unknown) =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND')

const has = <T>(found: unknown, name: keyof T): found is T =>
  typeof found === 'object' && found !== null && name in found
