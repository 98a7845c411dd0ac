// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { printable, wrap } from '../../src/format/text.ts'

test.each([
  ['nginx', 'nginx'],
  ['\u001b[31mred', '\\x1b[31mred'],
  ['a\nb\r\tc', 'a\\x0ab\\x0d\\x09c'],
  ['\u009b2J', '\\x9b2J'],
  ['right\u202eleft', 'right\\x202eleft'],
  ['é 漢', 'é 漢'],
])('%j prints as %s', (text, safe) => expect(printable(text)).toBe(safe))

test('nothing printed controls a terminal', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.integer({ min: 0, max: 0xa0 }).map((n) => String.fromCodePoint(n)) }),
  )
  fc.assert(
    fc.property(text, (any) => {
      expect(printable(any)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    }),
  )
})

test('wrapped lines hold the words and the width', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1 })
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 40 }), (list, width) => {
      const lines = wrap(list.join(' '), width)
      expect(lines.join(' ')).toBe(list.join(' '))
      for (const line of lines) expect(line.length <= width || !line.includes(' ')).toBe(true)
    }),
  )
})
