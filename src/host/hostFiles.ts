// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../errors.ts'

/** A longer file is not read: this thread also reads events. */
const MOST_MIB = 8

/** Files of this host that others write, below `root`. */
export type HostFiles = ReturnType<typeof createHostFiles>

/** Reads them. What is not there is no error; the first that cannot be read is warned of, and no other. */
export const createHostFiles = (root: string, warn: (message: string) => void) => {
  let warned = false
  const trying = <T>(path: string, ask: (path: string) => T): T | undefined => {
    const whole = join(root, path)
    try {
      return ask(whole)
    } catch (error) {
      if (!isAbsent(error) && !warned) {
        warned = true
        warn(`names of containers are missing, of some or all: ${whole}: ${messageOf(error)}`)
      }
      return undefined
    }
  }
  return {
    /** The names in a directory. */
    list: (path: string): readonly string[] => trying(path, (whole) => readdirSync(whole)) ?? [],
    /** The JSON of a file; undefined where there is none. */
    json: (path: string): unknown =>
      trying(path, (whole): unknown => {
        const stats = statSync(whole)
        if (!stats.isFile()) throw new Error('not a file')
        if (stats.size > MOST_MIB << 20) throw new Error(`more than ${MOST_MIB} MiB`)
        return JSON.parse(readFileSync(whole, 'utf8'))
      }),
  }
}

const isAbsent = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
