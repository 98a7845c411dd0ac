// SPDX-License-Identifier: MIT
import { ExpectedError } from '../src/errors.ts'

/** What a call fails with: its message, hint and exit code. */
export const thrown = (call: () => unknown) => {
  try {
    call()
  } catch (error) {
    if (error instanceof ExpectedError) return { message: error.message, hint: error.hint, exitCode: error.exitCode }
    throw error
  }
  throw new Error('it did not fail')
}
