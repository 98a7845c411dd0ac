// SPDX-License-Identifier: MIT
import type { Argument, Command, Option } from 'commander'
import { STATES } from '../flow/states.ts'
import { CATALOGUE } from '../program/catalogue.ts'
import { OUTCOMES, WHO } from '../verdict/cause.ts'
import { CAUSE_LIST } from '../verdict/table.ts'
import { CONFIDENCES } from '../verdict/rule.ts'

/** What may stand for a value: words, of which a comma may join several; a file; the name of a network namespace; or anything. */
export type Values = { words: readonly string[]; list: boolean } | 'file' | 'netns' | 'any'

/** An option as a shell completes it; `values` is null for one that takes none. */
export type OptionWords = { flags: readonly string[]; about: string; values: Values | null }

/** A command as a shell completes it: the words behind `trace-reset` that name it, and what may follow. */
export type CommandWords = {
  path: readonly string[]
  below: readonly { name: string; about: string }[]
  options: readonly OptionWords[]
  argument: Values | null
}

const causes = CAUSE_LIST.map(({ id }) => id)

/** Values by the name of the option, or of its opposite. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  cause: causes,
  expect: causes,
  state: STATES.map((name) => name.toLowerCase()),
  outcome: OUTCOMES,
  who: WHO,
  confidence: CONFIDENCES,
  probe: CATALOGUE.map(({ name }) => name),
}

/** Every command, the root first. */
export const commandWords = (command: Command, path: readonly string[] = []): CommandWords[] => {
  const help = command.createHelp()
  const below = help.visibleCommands(command).filter((one) => one.name() !== 'help')
  return [
    {
      path,
      below: below.map((one) => ({ name: one.name(), about: one.description() })),
      options: [
        ...command.options,
        ...help.visibleOptions(command).filter((one) => !command.options.includes(one)),
      ].map(optionWords),
      // Of a query the files, which are many.
      argument: argumentValues(command.registeredArguments.at(-1)),
    },
    ...below.flatMap((one) => commandWords(one, [...path, one.name()])),
  ]
}

const optionWords = (option: Option): OptionWords => ({
  flags: [option.short, option.long].filter((flag) => flag !== undefined),
  about: option.description,
  values: option.required || option.optional ? valuesOf(option) : null,
})

const valuesOf = (option: Option): Values => {
  const name = (option.long ?? '').replace(/^--(not-)?/, '')
  const list = LISTS[name]
  if (option.argChoices !== undefined) return { words: option.argChoices, list: false }
  if (list !== undefined) return { words: list, list: name !== 'expect' }
  if (name === 'netns') return 'netns'
  return option.flags.includes('<file>') ? 'file' : 'any'
}

const argumentValues = (argument: Argument | undefined): Values | null => {
  if (argument === undefined) return null
  if (argument.argChoices !== undefined) return { words: argument.argChoices, list: false }
  if (argument.name() === 'cause') return { words: causes, list: false }
  return /^files?$/.test(argument.name()) ? 'file' : 'any'
}
