// SPDX-License-Identifier: MIT
// node:util for the sources in the bundle: a name that Node 18 has not must not be imported from there, whoever asks for it.
import { inspect } from 'node:util'

/** styleText of Node 20.12, for one style, whatever the stream is. */
export const styleText = (style, text) => {
  const [on, off] = inspect.colors[style]
  return `\x1b[${on}m${text}\x1b[${off}m`
}
