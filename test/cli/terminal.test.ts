// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { takesColour, widthOf, type ColourChoice, type TerminalEnv } from '../../src/cli/terminal.ts'

test.each<[boolean, ColourChoice, TerminalEnv, boolean]>([
  [true, 'auto', {}, true],
  [false, 'auto', {}, false],
  [true, 'auto', { NO_COLOR: '' }, true],
  [false, 'auto', { NO_COLOR: '1' }, true],
  [false, 'auto', { TERM: 'dumb' }, true],
  [true, 'auto', { FORCE_COLOR: '1' }, false],
  [false, 'auto', { FORCE_COLOR: '' }, false],
  [false, 'auto', { FORCE_COLOR: '0' }, true],
  [false, 'auto', { FORCE_COLOR: 'false' }, true],
  [true, 'auto', { FORCE_COLOR: '3', NO_COLOR: '1', TERM: 'dumb' }, false],
  [true, 'always', { NO_COLOR: '1', FORCE_COLOR: '0', TERM: 'dumb' }, false],
  [false, 'never', { FORCE_COLOR: '1' }, true],
])('colour %s: --color %s, %j, terminal %s', (expected, choice, env, terminal) => {
  expect(takesColour(choice, env, terminal)).toBe(expected)
})

test.each<[number, TerminalEnv, boolean, number | undefined]>([
  [80, {}, false, undefined],
  [80, { COLUMNS: '60' }, false, undefined],
  [200, {}, true, 200],
  [60, { COLUMNS: '60' }, true, 200],
  [200, { COLUMNS: '' }, true, 200],
  [200, { COLUMNS: 'wide' }, true, 200],
  [200, { COLUMNS: '0' }, true, 200],
  [80, {}, true, undefined],
  // A terminal that was never told its size says 0, as those of script(1) in a pipe do.
  [80, {}, true, 0],
])('width %d: %j, terminal %s of %s columns', (expected, env, terminal, columns) => {
  expect(widthOf(env, terminal, columns)).toBe(expected)
})
