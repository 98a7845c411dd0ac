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

const TITLES: Readonly<Record<keyof typeof GROUPS, string>> = {
  event: 'Every line begins with these; a tick has `at` alone.',
  tuple: 'The connection, as a packet has it that arrives here. Addresses are as the machine loads them from memory.',
  reply: 'The tuple of the answers to a connection that NAT has changed, as they come where it is translated.',
  segment: 'The segment that arrived.',
  socket: 'A socket of any sort: full, time-wait or request.',
  socketNumbers: 'Numbers of a full socket, which an Observation has by the same names.',
  times: 'When a full socket last sent and heard: by its own clocks, which run from boot without suspended time.',
  mini: 'The window of a time-wait or request socket.',
  flow: "What `tcp_rcv.bt` remembers of the flow's earlier segments.",
  task: 'The task that ran when the probe fired.',
  was: 'Where the packet entered the host, before NAT and other network namespaces.',
  other: 'What only some lines have.',
}

/** What no line is without, so that it need not be said of each file. */
const EVERYWHERE: readonly string[] = ['event', 'tuple']

const reference = (): string => {
  const files = printedBy()
  const row = (group: string, name: string, { format, reader, expression, unit, meaning }: Field) => {
    const by = EVERYWHERE.includes(group) ? '' : (files.get(name) ?? []).join(', ')
    return `| \`${name}\` | ${meaning} | ${unit} | ${reader} | \`${format}\` of \`${expression}\` | ${by} |\n`
  }
  const section = ([group, title]: [string, string]) => {
    const rows: Readonly<Record<string, Field>> = Object.entries(GROUPS).find(([name]) => name === group)?.[1] ?? {}
    const table = Object.entries(rows).map(([name, field]) => row(group, name, field))
    return `### ${group}\n\n${title}\n\n| field | meaning | unit | read as | bpftrace | printed by |\n|---|---|---|---|---|---|\n${table.join('')}`
  }
  return Object.entries(TITLES).map(section).join('\n')
}

test('the reference of fields is that of the table', async () => {
  const text = readFileSync(file('README.md'), 'utf8')
  const [front = '', rest = ''] = text.split('<!-- fields -->\n')
  const [, back = ''] = rest.split('<!-- /fields -->')
  await expect(`${front}<!-- fields -->\n\n${reference()}\n<!-- /fields -->${back}`).toMatchFileSnapshot(
    '../../probes/README.md',
  )
})
