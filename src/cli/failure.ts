// SPDX-License-Identifier: MIT
import { ExpectedError } from '../errors.ts'
import { printable } from '../format/text.ts'

/**
 * What standard error is told of a failure: one line and its hint, or, of a bug, its stack. Words of bpftrace or of a compiler,
 * names of files and lines of a recording may hold what a terminal obeys: it is made visible.
 */
export const failureText = (error: unknown): string => {
  if (error instanceof ExpectedError) {
    const hint = error.hint === undefined ? '' : `hint: ${error.hint}\n`
    return `trace-reset: ${inert(error.message)}\n${hint}`
  }
  return `trace-reset: unexpected: ${inert(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`
}

const inert = (text: string) => text.split('\n').map(printable).join('\n')
