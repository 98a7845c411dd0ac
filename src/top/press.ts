// SPDX-License-Identifier: MIT
import type { Group } from '../summary/tally.ts'
import { BY, markedOf, nameOf, rowsOf, SORTS, type By, type View } from './view.ts'

/** A key: its name as readline has it, and what it types. */
export type Press = { name: string; text: string }

/** What becomes of the view when a key is pressed; undefined: the end. `groups` are those of now. */
export const press = (view: View, key: Press, groups: readonly Group[]): View | undefined => {
  if (key.name === 'ctrl-c') return undefined
  if (view.typing) return typed(view, key)
  if (key.name === 'q') return undefined
  return view.open === null ? inTable(view, key, groups) : inVerdict(view, key, view.open)
}

/** What the keys do, for the last line of the screen. */
export const keysText = ({ typing, open, frozen }: View): string => {
  if (typing) return 'type to filter   Enter done   Esc no filter'
  if (open !== null) return 'q quit   Up Down move   Esc back'
  return `q quit   s sort   b by   / filter   Space ${frozen === null ? 'freeze' : 'go on'}   Enter open`
}

const typed = (view: View, { name, text }: Press): View => {
  switch (name) {
    case 'return':
    case 'enter':
      return { ...view, typing: false }
    case 'escape':
      return { ...view, typing: false, filter: '' }
    case 'backspace':
      return { ...view, filter: view.filter.replace(/.$/su, '') }
    default:
      return /^[^\p{C}]+$/u.test(text) ? { ...view, filter: view.filter + text } : view
  }
}

const inTable = (view: View, { name }: Press, groups: readonly Group[]): View => {
  switch (name) {
    case 's':
      return { ...view, sort: after(SORTS, view.sort) }
    case 'b':
      return { ...view, by: after(BIES, view.by), marked: null }
    case '/':
      return { ...view, typing: true }
    case 'space':
      // Groups go on counting: what is frozen is a copy.
      return { ...view, frozen: view.frozen === null ? groups.map((group) => ({ ...group })) : null }
    case 'escape':
      return { ...view, filter: '' }
    case 'return':
    case 'enter':
      return rowsOf(groups, view).length === 0 ? view : { ...view, open: 0 }
    default:
      return { ...view, marked: moved(view, STEPS[name] ?? 0, groups) }
  }
}

const inVerdict = (view: View, { name }: Press, open: number): View => {
  if (name === 'escape' || name === 'return' || name === 'enter') return { ...view, open: null }
  return { ...view, open: Math.max(0, open + (STEPS[name] ?? 0)) }
}

/** By how many lines a key moves. */
const STEPS: Readonly<Record<string, number>> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  pageup: -10,
  pagedown: 10,
  home: -Infinity,
}

const moved = (view: View, by: number, groups: readonly Group[]) => {
  const rows = rowsOf(groups, view)
  const marked = markedOf(rows, view)
  if (by === 0 || marked === undefined) return view.marked
  const row = rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(marked) + by))]
  return row === undefined ? null : nameOf(row)
}

const BIES = Object.keys(BY).filter((name): name is By => name in BY)

const after = <T>(all: readonly T[], one: T): T => all[(all.indexOf(one) + 1) % all.length] ?? one
