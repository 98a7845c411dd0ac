// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { nearest } from '../../src/filter/nearest.ts'
import { CAUSES } from '../../src/verdict/causes.ts'

const COMMANDS = ['replay', 'program', 'probes', 'ehash', 'module', 'doctor', 'causes']

test.each<[string, readonly string[], string[]]>([
  ['repaly', COMMANDS, ['replay']],
  ['cause', COMMANDS, ['causes']],
  ['DOCTOR', COMMANDS, ['doctor']],
  ['everything', COMMANDS, []],
  ['', COMMANDS, []],
  ['peer_aborted', Object.keys(CAUSES), ['peer-aborted']],
  ['unread-data', Object.keys(CAUSES), ['unread-data-on-close']],
  ['linger_zer', Object.keys(CAUSES), ['linger-zero']],
  ['magic', Object.keys(CAUSES), []],
])('%j', (name, names, expected) => {
  expect(nearest(name, names)).toEqual(expected)
})

test('a name with two letters swapped, or one wrong, is found first', () => {
  const slip = fc.tuple(fc.constantFrom(...COMMANDS), fc.nat(4), fc.boolean()).map(([name, at, swap]) => {
    const letters = name.split('')
    const [one = '', two = ''] = letters.slice(at, at + 2)
    letters.splice(at, 2, ...(swap ? [two, one] : ['#', two]))
    return { name, slipped: letters.join('') }
  })
  fc.assert(
    fc.property(slip, ({ name, slipped }) => {
      expect(nearest(slipped, COMMANDS)[0]).toBe(name)
    }),
  )
})

test('anything is taken, however long', () => {
  fc.assert(fc.property(fc.string(), (name) => nearest(name, COMMANDS).length <= 3))
  expect(nearest('x'.repeat(1e6), COMMANDS)).toEqual([])
})
