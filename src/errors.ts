// SPDX-License-Identifier: MIT

/**
 * A failure that the user can act on. main.ts prints `trace-reset: message`, then `hint: ...`, without a stack.
 * Anything else that is thrown is a bug and keeps its stack.
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

/** A trace that failed after it began, or a recording that cannot be read: exit code 1. */
export const traceError = (message: string, hint?: string, cause?: unknown) =>
  new ExpectedError(1, message, hint, { cause })

/** A command line that is wrong: exit code 2. */
export const usageError = (message: string, hint?: string) => new ExpectedError(2, message, hint)

/** A machine that lacks something the command needs: exit code 3. */
export const environmentError = (message: string, hint?: string, cause?: unknown) =>
  new ExpectedError(3, message, hint, { cause })

/** An expectation of `replay --expect` that does not hold: exit code 4. */
export const expectationError = (message: string, hint?: string) => new ExpectedError(4, message, hint)

/**
 * The text of anything thrown, in one line. Of a failure of the system, as Node tells it (`ENOENT: no such file or directory,
 * open 'x'`), the words alone: the caller names the file.
 */
export const messageOf = (error: unknown): string => {
  const text = (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ')
  if (!(error instanceof Error && 'syscall' in error && typeof error.syscall === 'string')) return text
  return /^E[A-Z0-9]+: (.*?)(?:, [a-z_]+(?: .*)?)?$/.exec(text)?.[1] ?? text
}
