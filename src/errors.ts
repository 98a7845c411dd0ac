// SPDX-License-Identifier: MIT

/**
 * What went wrong in a way the user can act on: shown as `trace-reset: message`, then `hint: ...`, without a stack.
 * Anything else that is thrown is a fault of ours and keeps its stack.
 */
export class ExpectedError extends Error {
  readonly exitCode: number
  readonly hint: string | undefined

  constructor(exitCode: number, message: string, hint?: string, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
    this.hint = hint
  }
}

/** The trace began and failed, or a recording cannot be read: exit code 1. */
export const traceError = (message: string, hint?: string, cause?: unknown) =>
  new ExpectedError(1, message, hint, { cause })

/** The command line asks for something that cannot be: exit code 2. */
export const usageError = (message: string, hint?: string) => new ExpectedError(2, message, hint)

/** This machine cannot trace as it is: exit code 3. */
export const environmentError = (message: string, hint?: string, cause?: unknown) =>
  new ExpectedError(3, message, hint, { cause })

/** `replay --expect` saw other causes than it was told to: exit code 4. */
export const expectationError = (message: string) => new ExpectedError(4, message)

/** The text of anything thrown, in one line. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ')
