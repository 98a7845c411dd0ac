// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'

/** What a guest's console tells of its end. */
export type ConsoleEnd = { readonly panic: string | undefined; readonly lines: readonly string[] }

const SHOWN_LINES = 40
const LINES_BEFORE_PANIC = 12

/** Reads the end of a console log: its last lines, or from shortly before a kernel panic, which a trace follows. */
export const readConsoleEnd = (path: string): ConsoleEnd => findEnd(readLines(path))

/** Picks the lines worth showing, and the panic's own words. */
export const findEnd = (lines: readonly string[]): ConsoleEnd => {
  const at = lines.findIndex((line) => line.includes('Kernel panic - '))
  if (at < 0) return { panic: undefined, lines: lines.slice(-SHOWN_LINES) }
  const start = Math.max(0, at - LINES_BEFORE_PANIC)
  const panic = /Kernel panic - (.*)/.exec(lines[at] ?? '')?.[1]
  return { panic, lines: lines.slice(start, start + SHOWN_LINES) }
}

const readLines = (path: string): string[] => {
  try {
    return readFileSync(path, 'utf8').replaceAll('\r', '').trimEnd().split('\n')
  } catch {
    // QEMU itself did not start.
    return []
  }
}
