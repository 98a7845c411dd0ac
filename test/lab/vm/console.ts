// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'

/** What a guest's console tells of its end. */
export type ConsoleEnd = {
  /** What the kernel said in its panic, without `Kernel panic - `. */
  readonly panic: string | undefined
  /** The panic came of a breakpoint in the kernel's code that the kernel had taken back already (see `findEnd`). */
  readonly torn: boolean
  readonly lines: readonly string[]
}

const SHOWN_LINES = 40
const LINES_BEFORE_PANIC = 12
const MOST_LINES_OF_AN_OOPS = 100

/** Reads the end of a console log: its last lines, or from shortly before a kernel panic, which a trace follows. */
export const readConsoleEnd = (path: string): ConsoleEnd => findEnd(readLines(path))

/**
 * Picks the lines worth showing, and the panic's own words: from the oops that led to the panic where there was one.
 *
 * A kernel patches its code (static keys, ftrace, kprobes) by way of a breakpoint, and takes the breakpoint back once every
 * CPU was interrupted (text_poke_bp_batch, smp_text_poke_batch_finish). QEMU before 8.1, Debian 12's among them, may let a
 * CPU run the old code after that (mended by its commit deba78709a, "accel/tcg: Always lock pages before translation"), and
 * the trap finds no owner: `int3: 0000 [#1]`. No code of a compiler's and no module of ours has a breakpoint, so such an end
 * tells of the emulator alone.
 */
export const findEnd = (lines: readonly string[]): ConsoleEnd => {
  const at = lines.findIndex((line) => line.includes('Kernel panic - '))
  if (at < 0) return { panic: undefined, torn: false, lines: lines.slice(-SHOWN_LINES) }
  const panic = /Kernel panic - (.*)/.exec(lines[at] ?? '')?.[1]
  const earliest = Math.max(0, at - MOST_LINES_OF_AN_OOPS)
  const oops = lines.slice(earliest, at).findIndex((line) => /\b[a-z0-9 ]+: [0-9a-f]{4} \[#1\]/i.test(line))
  const start = oops < 0 ? Math.max(0, at - LINES_BEFORE_PANIC) : earliest + oops
  return { panic, torn: /\bint3: 0000 \[#1\]/.test(lines[start] ?? ''), lines: lines.slice(start, start + SHOWN_LINES) }
}

const readLines = (path: string): string[] => {
  try {
    return readFileSync(path, 'utf8').replaceAll('\r', '').trimEnd().split('\n')
  } catch {
    // QEMU itself did not start.
    return []
  }
}
