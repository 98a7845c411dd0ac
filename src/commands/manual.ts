// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { EXAMPLES } from '../cli/help.ts'
import type { Io } from '../cli/io.ts'
import { packageFile, toolVersion } from '../cli/package.ts'
import { causesManual } from '../manual/causes.ts'
import { toolPage } from '../manual/tool.ts'

/** Prints a manual page in roff: section 8 is of the command, 7 of the causes. */
export const manual = (section: '7' | '8', root: Command, io: Io): Promise<number> => {
  const of = { version: toolVersion(), date: releaseDate() }
  io.out(section === '7' ? causesManual(of) : toolPage(root, { ...of, examples: EXAMPLES.map(({ line }) => line) }))
  return Promise.resolve(0)
}

// A page has the date of its text, not of its making.
const releaseDate = () =>
  /^## \[\d.*\] - (\d{4}-\d\d-\d\d)$/m.exec(readFileSync(packageFile('CHANGELOG.md'), 'utf8'))?.[1] ?? ''
