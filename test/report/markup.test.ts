// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { inlineJson, markup } from '../../src/report/markup.ts'

test('elements, with attributes that are left out or have no value', () => {
  expect(markup(['p', { class: 'a"b', hidden: true, id: undefined, n: 1 }, 'x < y & z', ['br', {}]])).toBe(
    '<p class="a&quot;b" hidden n="1">x &lt; y &amp; z<br></p>',
  )
})

test('whatever a text is, it is text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const [, inner = '', value = ''] =
        /^<b title="([^"]*)">([^<]*)<\/b>$/.exec(markup(['b', { title: text }, text])) ?? []
      expect(inner).toBe(value)
      expect(inner).not.toMatch(/[<>"']/)
    }),
  )
})

test('JSON ends no script, opens no comment, and is read back', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constantFrom('</script>', '<!--<script>', '</SCRIPT ')), (text) => {
      expect(inlineJson({ text })).not.toContain('<')
      expect(JSON.parse(inlineJson({ text }))).toEqual({ text })
    }),
  )
})
