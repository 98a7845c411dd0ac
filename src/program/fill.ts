// SPDX-License-Identifier: MIT
import { printText } from './print.ts'

/** What the holes of a probe are filled with, by name. A value may have holes of its own. */
export type Holes = Readonly<Record<string, string>>

// `/*{name}*/`, or with a default that keeps the file whole: `/*{name*/ ... /*}*/`.
/** A hole of a probe, its name the first group: a comment in braces, or what two such comments begin and end. */
export const HOLE = /\/\*\{((?:(?!\*\/)[^])*?)(?:\}\*\/|\*\/[^]*?\/\*\}\*\/)/g

// Alone on its line first, so that nothing stays of a line whose hole is filled with nothing.
const HOLES = new RegExp(`^( *)${HOLE.source}\\n|${HOLE.source}`, 'gm')

/**
 * Puts values in the place of the holes of a probe. A value of several lines keeps the indent of its hole. The hole
 * `print ...` is filled with what printText makes of it. Throws on a hole without a value.
 */
export const fill = (text: string, holes: Holes): string =>
  text.replaceAll(HOLES, (...found: (string | number | undefined)[]) => {
    const [, indent, alone, within, offset] = found
    const name = String(alone ?? within)
    const value = fill(name.startsWith('print ') ? printText(name, holes) : valueOf(name, holes), holes)
    if (typeof indent === 'string') return value === '' ? '' : `${indent}${indented(value, indent)}\n`
    const [before = ''] = /^ */.exec(text.slice(text.lastIndexOf('\n', Number(offset) - 1) + 1)) ?? []
    return indented(value, before)
  })

const valueOf = (name: string, holes: Holes): string => {
  const value = holes[name]
  if (value === undefined) throw new Error(`no value for the hole ${name}`)
  return value
}

const indented = (value: string, indent: string) => value.replaceAll('\n', `\n${indent}`)

/** A file of probes/ without the comment that it begins with. */
export const body = (text: string): string => text.replace(/^(?:\/\/.*\n)+/, '').trimEnd()
