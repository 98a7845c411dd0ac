// SPDX-License-Identifier: MIT
import { stringify } from 'csv-stringify/sync'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvRow } from '../../src/format/csv.ts'

const special = fc.constantFrom(',', '"', '\n', '\r', '\t', '=', '+', '-', '@', '＝', '＋', '－', '＠', ' ', "'", 'a')
const text = fc.oneof(fc.string({ unit: special }), fc.string({ unit: 'binary' }))

test('a row is that of csv-stringify, which is slower by the options that it has', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), (cells) => {
      expect(csvRow(cells)).toBe(stringify([cells], { escape_formulas: true }))
    }),
    { numRuns: 500 },
  )
})
