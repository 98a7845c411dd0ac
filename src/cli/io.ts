// SPDX-License-Identifier: MIT
import type { Zone } from '../format/clock.ts'
import type { Output } from '../format/sink.ts'

import type { Screen } from './screen.ts'

/** All that a command sees of the process; only main.ts sees more. */
export type Io = {
  /** The directory for what can be made again: the built module. */
  cache: string
  /** Writes to standard output, text or bytes: verdicts, and what a command was asked for. */
  out: (output: Output) => void
  /** Writes one line to standard error: readiness, warnings, losses, totals. */
  tell: (line: string) => void
  /** Writes one line to standard error as it stands, of a table. */
  note: (line: string) => void
  /** Writes over the last line of standard error, '' clears it; not there unless that is a terminal. */
  status?: ((text: string) => void) | undefined
  /** Whether to colour what is written: `--color`, FORCE_COLOR, NO_COLOR and the terminal are weighed already. */
  colour: boolean
  /** The columns to fill: those of the terminal now, or 80. */
  readonly width: number
  /** The time zone of whoever reads: TZ, or that of this machine. */
  zone: Zone
  /** Whether verdicts go to a terminal, and so to a person. */
  interactive: boolean
  /** The terminal as a screen; not there unless both standard input and output are one. */
  screen?: Screen | undefined
  /** Fires when the run must end in good order: at an interrupt, or when the reader of standard output has gone. */
  stop: AbortSignal
  /** Fires at the first Ctrl-C or SIGTERM alone: for what must be known to the end though nobody reads. */
  interrupt: AbortSignal
  /** Fires when the run must end at once: the second Ctrl-C. */
  kill: AbortSignal
}
