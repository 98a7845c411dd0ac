// SPDX-License-Identifier: MIT
// Damage to a file or a line: what a hostile writer, a bad disk or a program of another version makes of it.
import * as fc from 'fast-check'

/** What stands in the place of something, or before it: ends of values, ends of formats, and what terminals and tables obey. */
const TOKENS = [
  '',
  '-1',
  '0',
  '4294967296',
  '18446744073709551616',
  '9'.repeat(400),
  '1e999',
  'null',
  'true',
  '""',
  '{}',
  '[]',
  '['.repeat(5000),
  '{"a":'.repeat(5000),
  '"__proto__"',
  '\n',
  '\r',
  '\0',
  '\\u0000',
  '\\ud800',
  '\\u001b[2J',
  '\x1b]0;title\x07',
  '\\u202e',
  '=1+1',
  '<script>alert(1)</script>',
  ' comm=',
  ' stack=',
  '\x1f\x8b',
  '\xff\xff\xff\xff',
  'x'.repeat(10_000),
].map((text) => Buffer.from(text, 'latin1'))

/** One change: how, where (of the length), how much, and with what. */
export type Edit = { how: keyof typeof CHANGES; at: number; much: number; token: Buffer }

type Change = (bytes: Buffer, place: number, edit: Edit) => Buffer

const spliced = (bytes: Buffer, from: number, to: number, ...put: Buffer[]) =>
  Buffer.concat([bytes.subarray(0, from), ...put, bytes.subarray(to)])

// The next match of what is a number or a text of JSON, whose place a token takes: a random byte rarely meets a value.
const value =
  (pattern: RegExp): Change =>
  (bytes, place, { token }) => {
    const found = pattern.exec(bytes.toString('latin1', place))
    if (found === null) return bytes
    const from = place + found.index
    return spliced(bytes, from, from + found[0].length, token)
  }

const CHANGES = {
  byte: (bytes, place, { much }) => spliced(bytes, place, place + 1, Buffer.of(much & 255)),
  insert: (bytes, place, { token }) => spliced(bytes, place, place, token),
  remove: (bytes, place, { much }) => spliced(bytes, place, place + much),
  repeat: (bytes, place, { much }) => spliced(bytes, place, place, bytes.subarray(place, place + much)),
  cut: (bytes, place) => bytes.subarray(0, place),
  number: value(/-?\d+/),
  text: value(/(?<=[:,[]")[^"\n]*/),
  key: value(/(?<=[{,]")[^"\n]*(?=":)/),
  line: (bytes, place, { much }) => {
    const lines = bytes.toString('latin1').split('\n')
    const [moved = ''] = lines.splice(place % lines.length, 1)
    lines.splice(much % (lines.length + 1), 0, moved)
    return Buffer.from(lines.join('\n'), 'latin1')
  },
} satisfies Record<string, Change>

const isChange = (name: string): name is keyof typeof CHANGES => name in CHANGES

/** One to six changes. Most files that break a reader are whole but for one value. */
export const damage: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({
    how: fc.constantFrom(...Object.keys(CHANGES).filter(isChange)),
    at: fc.nat({ max: 1_000_000 }),
    much: fc.nat({ max: 300 }),
    token: fc.constantFrom(...TOKENS),
  }),
  { minLength: 1, maxLength: 6 },
)

/** The bytes after these changes, at most 1 MB of them: 5,000 brackets can be repeated often. */
export const damaged = (bytes: Buffer, edits: readonly Edit[]): Buffer => {
  let after = bytes
  for (const edit of edits) {
    const { [edit.how]: change } = CHANGES
    after = change(after, Math.floor((edit.at / 1_000_000) * after.length), edit).subarray(0, 1_000_000)
  }
  return after
}
