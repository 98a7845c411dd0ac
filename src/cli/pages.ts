// SPDX-License-Identifier: MIT
import { Argument, type Command } from 'commander'
import type { Actions, Shell } from './options.ts'

/** Adds the commands that are made of the whole command line: its completion, and its manual, which help does not list. */
export const addPages = (root: Command, { actions, done }: { actions: Actions; done: (exitCode: number) => void }) => {
  root
    .command('completion')
    .addArgument(new Argument('<shell>', 'whose').choices(['bash', 'zsh', 'fish']))
    .description('print the script by which a shell completes trace-reset')
    .action(async (shell: Shell) => done(await actions.completion(shell, root)))
  root
    .command('manual', { hidden: true })
    .addArgument(new Argument('<section>', 'of the manual').choices(['7', '8']))
    .description('print trace-reset(8) or trace-reset-causes(7) in roff')
    .action(async (section: '7' | '8') => done(await actions.manual(section, root)))
}
