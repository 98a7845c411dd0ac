// SPDX-License-Identifier: MIT

type Details = { exitCode: 2 | 3; hint?: string; cause?: unknown; early?: boolean; torn?: boolean }

/** A fault the lab foresees. Printed as one line and a hint, never as a stack; `exitCode` becomes the lab's own. */
export class LabError extends Error {
  override readonly name = 'LabError'
  readonly exitCode: number
  readonly hint: string | undefined
  /** The machine had not come up: nothing of the command has run. */
  readonly early: boolean
  /** The emulator tore the kernel's patching of its own code (see `findEnd`): nothing that ran is to blame. */
  readonly torn: boolean

  /**
   * @param message what is wrong, without prefix or full stop
   * @param exitCode 2 for a wrong command line, 3 for a machine that cannot do the work
   */
  constructor(message: string, { exitCode, hint, cause, early = false, torn = false }: Details) {
    super(message, { cause })
    this.exitCode = exitCode
    this.hint = hint
    this.early = early
    this.torn = torn
  }
}
