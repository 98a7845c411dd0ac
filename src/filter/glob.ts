// SPDX-License-Identifier: MIT

/** Whether a text is a pattern. */
export const isGlob = (text: string): boolean => /[*?]/.test(text)

/** Whether a name is that text, in which `*` stands for any characters and `?` for one. */
export const fitsGlob = (glob: string, name: string): boolean =>
  isGlob(glob) ? expression(glob).test(name) : glob === name

const expression = (glob: string) =>
  new RegExp(
    `^${glob
      .replaceAll(/[\\^$.+()[\]{}|]/g, String.raw`\$&`)
      .replaceAll(/\*+/g, '.*')
      .replaceAll('?', '.')}$`,
    'su',
  )
