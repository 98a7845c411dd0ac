// SPDX-License-Identifier: MIT
import type { Output } from '../format/sink.ts'

/** What commands see of the process. Only cli.ts knows more. */
export type Io = {
  /** Where to keep what can be made again: the built module. */
  cache: string
  /** Verdicts and whatever else was asked for. */
  out: (output: Output) => void
  /** Everything else: readiness, losses, totals, one line each. */
  tell: (line: string) => void
  /** Standard output is a terminal that wants colours. */
  colour: boolean
  /** Fires when the run is to end in good order: the first Ctrl-C, SIGTERM, a reader that went away. */
  stop: AbortSignal
  /** Fires when it is to end at once: the second Ctrl-C. */
  kill: AbortSignal
}
