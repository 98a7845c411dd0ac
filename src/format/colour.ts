// SPDX-License-Identifier: MIT
import type { Outcome } from '../verdict/cause.ts'

/** Select Graphic Rendition (ECMA-48, 8.3.117): what begins a colour, and what ends it. */
const SGR = {
  sent: ['\x1b[35m', '\x1b[39m'],
  received: ['\x1b[33m', '\x1b[39m'],
  ignored: ['\x1b[2m', '\x1b[22m'],
} as const

/** Text in the colour of what became of the RST: sent magenta, received yellow, ignored dim. How sure a verdict is has words. */
export const coloured = (text: string, outcome: Outcome, paint: boolean): string =>
  paint ? `${SGR[outcome][0]}${text}${SGR[outcome][1]}` : text
