// SPDX-License-Identifier: MIT

/** Makes text of a stranger, a task's name say, safe to print: control and format characters become `\xNN`. */
export const printable = (text: string): string =>
  /^[ -~]*$/.test(text)
    ? text
    : text.replaceAll(
        /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
        (character) => `\\x${character.codePointAt(0)?.toString(16).padStart(2, '0')}`,
      )

/** Breaks text at spaces into lines of at most `width` characters; a longer word has a line of its own. */
export const wrap = (text: string, width: number): string[] => {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
