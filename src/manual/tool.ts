// SPDX-License-Identifier: MIT
import type { Command, Option } from 'commander'
import { heading, item, literal, page, paragraph, subheading, titleLine } from './roff.ts'
import { DESCRIPTION, ENVIRONMENT, EXIT_STATUS, FILES, type Said } from './said.ts'

/** trace-reset(8): every command with all its options, those that --help hides too. `examples` are command lines. */
export const toolPage = (root: Command, of: { version: string; date: string; examples: readonly string[] }): string =>
  page([
    titleLine('trace-reset', 8, of.date, of.version),
    `${heading('NAME')}trace\\-reset \\- who reset this TCP connection, and why\n`,
    heading('SYNOPSIS'),
    ...commandsOf(root).map(({ path, command }) => synopsis(path, command)),
    heading('DESCRIPTION'),
    ...DESCRIPTION.map(paragraph),
    heading('OPTIONS'),
    ...groups(root),
    heading('COMMANDS'),
    ...commandsOf(root)
      .filter(({ command }) => command !== root)
      .flatMap(({ path, command }) => [
        subheading(`${path} ${argumentsOf(command)}`.trim()),
        paragraph(`${command.description()}.`),
        ...optionsBelow(root, command),
      ]),
    heading('EXAMPLES'),
    literal(of.examples),
    ...section('EXIT STATUS', EXIT_STATUS),
    ...section('FILES', FILES),
    ...section('ENVIRONMENT', ENVIRONMENT),
    `${heading('SEE ALSO')}.BR trace\\-reset\\-causes (7),\n.BR bpftrace (8),\n.BR ss (8),\n.BR ip\\-netns (8),\n.BR tshark (1)\n`,
  ])

type Named = { path: string; command: Command }

/** The commands that do something, the root first. */
const commandsOf = (command: Command, path = command.name()): Named[] => [
  ...(command.commands.length === 0 || command.parent === null ? [{ path, command }] : []),
  ...command
    .createHelp()
    .visibleCommands(command)
    .flatMap((below) => (below.name() === 'help' ? [] : commandsOf(below, `${path} ${below.name()}`))),
]

const synopsis = (path: string, command: Command) =>
  paragraph([path, ...(command.options.length > 0 ? ['[OPTION]...'] : []), argumentsOf(command)].join(' ').trim())

const argumentsOf = (command: Command) =>
  command.registeredArguments
    .map((argument) => {
      const name = `${argument.name().toUpperCase()}${argument.variadic ? '...' : ''}`
      return argument.required ? name : `[${name}]`
    })
    .join(' ')

const groups = (root: Command) => {
  const options = allOptions(root)
  const names = [...new Set(options.map(groupOf))]
  return names.flatMap((name) => [
    subheading(name.replace(/:$/, '')),
    ...options.filter((option) => groupOf(option) === name).map(optionItem),
  ])
}

// Help is an option that commander adds.
const allOptions = (command: Command) => [
  ...command.options,
  ...command
    .createHelp()
    .visibleOptions(command)
    .filter((option) => !command.options.includes(option)),
]

const groupOf = ({ helpGroupHeading }: Option) => helpGroupHeading ?? 'Options:'

// What a command shares with a trace is named, and said once.
const optionsBelow = (root: Command, command: Command) => {
  const known = new Set(root.options.map(({ long }) => long))
  const shared = command.options.flatMap(({ long }) => (long !== undefined && known.has(long) ? [long] : []))
  return [
    ...command.options.filter(({ long }) => !known.has(long)).map(optionItem),
    ...(shared.length === 0 ? [] : [paragraph(`It takes these options of a trace: ${shared.join(', ')}.`)]),
  ]
}

const optionItem = (option: Option) => {
  const excluded = /^--not-(.*)$/.exec(option.long ?? '')?.[1]
  const list = option.argChoices?.join(', ') ?? ''
  const choices = option.description.includes(list) ? '' : `: ${list}`
  const usual = typeof option.defaultValue === 'string' ? ` (default ${option.defaultValue})` : ''
  return item(
    option.flags,
    excluded === undefined ? `${option.description}${choices}${usual}` : `not what --${excluded} selects`,
  )
}

const section = (name: string, said: readonly Said[]) => [
  heading(name),
  ...said.map(([term, about]) => item(term, about)),
]
