// SPDX-License-Identifier: MIT
// The reference of fields in probes/README.md is made from the table; `vitest -u` writes it anew.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { GROUPS, type Field } from '../../src/program/fields.ts'
import { HOLE } from '../../src/program/fill.ts'
import { parsePrint } from '../../src/program/print.ts'

const file = (path: string) => new URL(`../../probes/${path}`, import.meta.url).pathname

/** Field -> the files that print it, without their ending. */
const printedBy = (): Map<string, string[]> => {
  const found = new Map<string, string[]>()
  for (const path of readdirSync(file(''), { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (!path.endsWith('.bt')) continue
    for (const [, asked = ''] of readFileSync(file(path), 'utf8').matchAll(HOLE)) {
      if (!asked.startsWith('print ')) continue
      for (const { name } of parsePrint(asked).fields)
        found.set(name, [...(found.get(name) ?? []), path.replace(/\.bt$/, '')])
    }
  }
  return found
}

/** What no line is without, so that it need not be said of each file. */
const EVERYWHERE: readonly string[] = ['event', 'tuple']

const reference = (): string => {
  const files = printedBy()
  const row = (group: string, name: string, { format, reader, expression, unit, meaning }: Field) => {
    const by = EVERYWHERE.includes(group) ? '' : (files.get(name) ?? []).join(', ')
    return `| \`${name}\` | ${meaning} | ${unit} | ${reader} | \`${format}\` of \`${expression}\` | ${by} |\n`
  }
  const section = ([group, rows]: [string, Readonly<Record<string, Field>>]) => {
    const table = Object.entries(rows).map(([name, field]) => row(group, name, field))
    return `### ${group}\n\n| field | meaning | unit | read as | bpftrace | printed by |\n|---|---|---|---|---|---|\n${table.join('')}`
  }
  return Object.entries(GROUPS).map(section).join('\n')
}

test('the reference of fields is that of the table', async () => {
  const text = readFileSync(file('README.md'), 'utf8')
  const [front = '', rest = ''] = text.split('<!-- fields -->\n')
  const [, back = ''] = rest.split('<!-- /fields -->')
  await expect(`${front}<!-- fields -->\n\n${reference()}\n<!-- /fields -->${back}`).toMatchFileSnapshot(
    '../../probes/README.md',
  )
})
