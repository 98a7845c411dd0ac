// SPDX-License-Identifier: MIT
import type { Command } from 'commander'
import { JOIN_EXAMPLES, QUERY_EXAMPLES } from './help.ts'
import type { Actions, JoinOptions, QueryOptions } from './options.ts'
import { colorOption, formatOption, withoutDash } from './sharedOptions.ts'

type Setting = { actions: Actions; done: (exitCode: number) => void }

/** Adds the commands that take recordings together: their join, and a query over them. */
export const addTogether = (root: Command, setting: Setting) => {
  addJoin(root, setting)
  addQuery(root, setting)
}

const addJoin = (root: Command, { actions, done }: Setting) =>
  root
    .command('join')
    .argument('<file...>', 'a recording of each host; - is standard input')
    .description('recordings of both ends, judged as one')
    .optionsGroup('Output:')
    .addOption(formatOption('how they are printed'))
    .addOption(colorOption())
    .option('-o, --output <file>', 'to a file instead of standard output')
    .option('--score', 'in their place how well each end had inferred')
    .addHelpText('after', JOIN_EXAMPLES)
    .action(async (files: string[], options: JoinOptions) => done(await actions.join(files, withoutDash(options))))

const addQuery = (root: Command, { actions, done }: Setting) =>
  root
    .command('query')
    .argument('<sql>', 'a SELECT from the tables verdicts, observations')
    .argument('<file...>', 'recordings, or verdicts that replay wrote')
    .description('SQL over recordings; needs DuckDB')
    .optionsGroup('Output:')
    .addOption(formatOption('how the answer is printed'))
    .addOption(colorOption())
    .option('-o, --output <file>', 'to a file instead of standard output')
    .addHelpText('after', QUERY_EXAMPLES)
    .action(async (sql: string, files: string[], options: QueryOptions) =>
      done(await actions.query(sql, files, withoutDash(options))),
    )
