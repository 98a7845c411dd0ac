// SPDX-License-Identifier: MIT
// Usage errors that commander does not have, or has in other words.
import type { Command } from 'commander'
import { usageError } from '../errors.ts'
import { didYouMean } from '../filter/nearest.ts'

/** Refuses what commander would drop: options of a trace before the name of a command, and names of no command. */
export const refuseStrayWords = (root: Command) => {
  root.allowExcessArguments().hook('preSubcommand', (_, command) => {
    const stray = root.options.find((option) => root.getOptionValueSource(option.attributeName()) === 'cli')
    if (stray !== undefined)
      throw usageError(
        `${stray.long}: write it behind ${command.name()}`,
        `an option stands behind the command that it is for: trace-reset ${command.name()} ... ${stray.flags}`,
      )
  })
  root.hook('preAction', (_, command) => {
    const [word] = command.args
    if (command !== root || word === undefined) return
    const names = root.commands.map((known) => known.name())
    throw usageError(
      `there is no command ${JSON.stringify(word)}`,
      didYouMean(word, names, 'trace-reset --help lists the commands'),
    )
  })
}

/** Ends each usage error with the help of its own command. */
export const hintAtHelp = (command: Command, path = command.name()) => {
  command.showHelpAfterError(
    `hint: ${path} --help shows ${path.includes(' ') ? 'its options' : 'options and examples'}`,
  )
  for (const below of command.commands) hintAtHelp(below, `${path} ${below.name()}`)
}
