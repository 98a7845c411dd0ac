// SPDX-License-Identifier: MIT
import { CAUSE_LIST } from './table.ts'

const INTRODUCTION = `# The causes of a reset

Each file here is a cause: its id, whose doing it is, what it means, what usually makes it, what to look at next, the
kernel's own reasons that agree with it, and its rules with the kernel path that each rests on. [../table.ts](../table.ts)
has the order in which the rules are tried. \`trace-reset causes NAME\` prints what a cause means and what to do next.

The ids are stable: output, recordings, options and scripts use them. A new cause needs

- its file here and a place in \`../table.ts\`,
- a test in \`test/verdict/\` whose title begins with its id,
- a trigger, \`test/lab/triggers/ID.py\`,
- recordings of it, \`fixtures/KERNEL/ID/\` and \`fixtures/KERNEL/ID.ipv6/\`,
- a row below, which \`src/verdict/causesPage.ts\` makes. This writes it:
  \`npx vitest run --config test/vitest.config.ts test/verdict/causes.test.ts -u\`

\`test/verdict/causes.test.ts\` fails while one of them is missing.

The RST was \`sent\` by this host, or \`received\` and obeyed, or \`ignored\`: it arrived and changed nothing.
`

/** The text of src/verdict/causes/README.md: a row for each cause, in the order of the rules. */
export const causesPage = (): string => `${INTRODUCTION}\n${markdownTable([HEADER, ...ROWS])}`

const HEADER = ['cause', 'RST', 'who', 'in a word']
const ROWS = CAUSE_LIST.map(({ id, who, outcome, brief }) => [`\`${id}\``, outcome ?? '-', who, brief])

/** A Markdown table, the first row its head, padded as prettier pads it. */
const markdownTable = (rows: readonly (readonly string[])[]): string => {
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const [head = '', ...body] = rows.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))))
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body].join('')
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
