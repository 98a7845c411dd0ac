// SPDX-License-Identifier: MIT
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { CAUSE_LIST } from '../../src/verdict/table.ts'
import { text } from '../../src/manual/roff.ts'
import { EXAMPLES } from '../../src/cli/help.ts'
import { traceReset } from '../command.ts'
import { lackOf } from '../lab/vm/hostPackages.ts'

const LINTS = [
  ['mandoc', ['-Tlint', '-Wwarning']],
  ['groff', ['-man', '-ww', '-Tutf8', '-z']],
] as const

const PAGES = ['8', '7'] as const
const page = async (section: string) => (await traceReset(['manual', section])).stdout

/** The page as it is read, in one line. */
const rendered = async (section: string) => {
  const { stdout } = await execa('groff', ['-man', '-Tascii', '-P-bcou'], { input: await page(section) })
  return stdout.replaceAll(/\s+/g, ' ')
}

const missing = await lackOf({ mandoc: 'mandoc', groff: 'groff' })

test.skipIf(missing !== undefined).each(LINTS)('%s warns of nothing', async (program, options) => {
  for (const section of PAGES) {
    const { all } = await execa(program, options, { input: await page(section), all: true, reject: false })
    expect(all.replaceAll(/^.*STYLE.*$\n?/gm, '')).toBe('')
  }
})

test.skipIf(missing !== undefined)('trace-reset(8) has every section and option, opposites too', async () => {
  const read = await rendered('8')
  for (const name of ['EXAMPLES', 'EXIT STATUS', 'FILES', 'ENVIRONMENT', 'SEE ALSO'])
    expect(read).toContain(` ${name} `)
  for (const option of [
    '--not-saddr',
    '--not-comm',
    '--not-cause',
    '--expect',
    '--pcapng',
    '--ehash',
    '-V, --version',
    '--help',
  ])
    expect(read).toContain(`${option} `)
  for (const { line } of EXAMPLES) expect(read).toContain(line)
})

test.skipIf(missing !== undefined)('trace-reset-causes(7) has every cause', async () => {
  const read = await rendered('7')
  for (const { id } of CAUSE_LIST) expect(read).toContain(` ${id} Who: `)
})

test.each([
  ['a\\b', 'a\\eb'],
  ['.TH', '\\&.TH'],
  ["'quoted'", '\\(aqquoted\\(aq'],
  ['--not-saddr', '\\-\\-not\\-saddr'],
])('%s is text', (words, roff) => {
  expect(text(words)).toBe(roff)
})
