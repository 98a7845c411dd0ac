// SPDX-License-Identifier: MIT
import { emitKeypressEvents } from 'node:readline'
import type { ReadStream, WriteStream } from 'node:tty'
import type { Press } from '../top/press.ts'

/** A terminal that a program has for itself. */
export type Screen = {
  size: () => { rows: number; columns: number }
  /** Takes the whole screen; keys and changes of the size are told. Gives what hands it back as it was. */
  open: (on: { key: (key: Press) => void; resize: () => void }) => () => void
}

/** The alternate screen, no cursor, no wrapping of long lines; and each undone (xterm control sequences). */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l'
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l'

/** The screen of a keyboard and a display, where both are terminals. */
export const screenOf = (input: ReadStream, output: WriteStream): Screen | undefined => {
  if (!input.isTTY || !output.isTTY) return undefined
  return {
    size: () => ({ rows: output.rows || 24, columns: output.columns || 80 }),
    open: ({ key, resize }) => {
      const pressed = (text: string | undefined, { name = '', ctrl = false }: { name?: string; ctrl?: boolean }) =>
        key({ name: ctrl ? `ctrl-${name}` : name || (text ?? ''), text: ctrl ? '' : (text ?? '') })
      emitKeypressEvents(input)
      input.setRawMode(true)
      input.on('keypress', pressed)
      output.on('resize', resize)
      output.write(ENTER)
      return () => {
        input.off('keypress', pressed)
        output.off('resize', resize)
        input.setRawMode(false)
        // Or the process would wait for another key.
        input.pause()
        output.write(LEAVE)
      }
    },
  }
}
