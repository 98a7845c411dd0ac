// SPDX-License-Identifier: MIT
import stringWidth from 'string-width'

/** Makes text of a stranger, a task's name say, safe to print: control and format characters become `\xNN`. */
export const printable = (text: string): string =>
  /^[ -~]*$/.test(text)
    ? text
    : text.replaceAll(
        /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
        (character) => `\\x${character.codePointAt(0)?.toString(16).padStart(2, '0')}`,
      )

/** Text with spaces behind it up to `width` columns; what is wider stays whole. A wide character takes two columns. */
export const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - stringWidth(text)))

/** Breaks text at spaces into lines of at most `width` columns; a longer word has a line of its own. */
export const wrap = (text: string, width: number): string[] => {
  const lines: string[] = []
  let taken = 0
  for (const word of text.split(' ')) {
    const columns = stringWidth(word)
    const fits = lines.length > 0 && taken + 1 + columns <= width
    if (fits) lines.push(`${lines.pop()} ${word}`)
    else lines.push(word)
    taken = fits ? taken + 1 + columns : columns
  }
  return lines
}

/** The beginning of a text that has at most `width` columns. */
export const cut = (text: string, width: number): string => {
  if (stringWidth(text) <= width) return text
  let [kept, taken] = ['', 0]
  for (const { segment } of GRAPHEMES.segment(text)) {
    taken += stringWidth(segment)
    if (taken > width) break
    kept += segment
  }
  return kept
}

const GRAPHEMES = new Intl.Segmenter()
