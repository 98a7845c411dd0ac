// SPDX-License-Identifier: MIT
// `-h` of a command whose `--help` is longer than a screen.
import { CommanderError, Option, type Command } from 'commander'
import { argumentTerm, EXAMPLES, exampleLines } from './help.ts'

/** What is used most of the options that commands share. */
const MOST_USED = new Set(
  ['peer', 'local', 'netns', 'cause', 'comm', 'format', 'output', 'count', 'verbose', 'packets', 'record'].map(
    (name) => `--${name}`,
  ),
)

/** What `--help` is said to be. */
export const MORE_HELP = 'all options; the manual has more: man trace-reset'

/** Gives a command `-h`, which prints what is used most and ends; `--help` stays whole. */
export const withBriefHelp = (command: Command): Command =>
  command
    .addOption(new Option('-h', 'the options that are used most').helpGroup('Options:'))
    .helpOption('--help', MORE_HELP)
    .on('option:h', () => {
      command.configureOutput().writeOut?.(briefHelp(command))
      throw new CommanderError(0, 'commander.helpDisplayed', '(brief help)')
    })

/** What is used most of a command, in a screen of 24 lines and 80 columns with a line left for the prompt. */
const briefHelp = (command: Command): string => {
  const help = command.createHelp()
  const items = [
    ...command.registeredArguments.map((argument) => [argumentTerm(argument), argument.description] as const),
    ...help
      .visibleOptions(command)
      .filter((option) => isUsedMost(command, option))
      .map((option) => [help.optionTerm(option), help.optionDescription(option)] as const),
  ]
  const width = Math.max(...items.map(([term]) => term.length))
  const names = help.visibleCommands(command).map((below) => below.name())
  return [
    `Usage: ${help.commandUsage(command)}`,
    command.description(),
    '',
    ...items.map(([term, about]) => help.formatItem(term, width, about, help)),
    '',
    ...(names.length === 0 ? [] : [help.boxWrap(`Commands: ${names.join(', ')}`, 80), '']),
    ...examplesOf(command),
    '',
    `--help has all options${names.length === 0 ? '' : ', commands and exit codes'}.`,
    '',
  ].join('\n')
}

const isUsedMost = ({ parent }: Command, { long }: Option) =>
  long !== undefined && long !== '--help' && (MOST_USED.has(long) || (parent !== null && !isOf(parent, long)))

const isOf = (command: Command, name: string) => command.options.some(({ long }) => long === name)

const examplesOf = (command: Command) =>
  exampleLines(
    EXAMPLES.filter(({ line, isFirst = false }) =>
      command.parent === null ? isFirst : line.startsWith(`${command.parent.name()} ${command.name()} `),
    ),
  )
