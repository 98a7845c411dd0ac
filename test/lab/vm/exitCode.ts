// SPDX-License-Identifier: MIT
import { CommanderError } from 'commander'
import { LabError } from './errors.ts'

/**
 * The exit code of a command of the lab that ended with an error, told on standard error as `trace-reset NAME: ...` and a hint. Throws
 * what is no LabError: a bug keeps its stack.
 */
export const exitCodeOf =
  (name: string) =>
  (error: unknown): number => {
    // commander has printed its message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof LabError)) throw error
    process.stderr.write(`trace-reset ${name}: ${error.message}\n`)
    if (error.hint !== undefined) process.stderr.write(`hint: ${error.hint}\n`)
    return error.exitCode
  }
