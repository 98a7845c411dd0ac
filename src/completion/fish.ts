// SPDX-License-Identifier: MIT
import type { CommandWords, OptionWords, Values } from './words.ts'

/** The completion of fish: a script to be sourced. */
export const fish = (commands: readonly CommandWords[]): string =>
  ['# fish completion of trace-reset(8)\ncomplete -c trace-reset -f\n', ...commands.flatMap(linesOf)].join('')

const linesOf = ({ path, below, options, argument }: CommandWords): string[] => {
  const when = condition(
    path,
    below.map(({ name }) => name),
  )
  const line = (rest: string) => `complete -c trace-reset -n '${when}' ${rest}\n`
  return [
    ...below.map(({ name, about }) => line(`-a ${name} -d ${quoted(about)}`)),
    ...options.map((option) => line(optionOf(option))),
    ...(argument === null || argument === 'any' ? [] : [line(valuesOf(argument, '-F'))]),
  ]
}

// Where one stands: behind all words of a command, and not yet behind those of one below it.
const condition = (path: readonly string[], below: readonly string[]) =>
  [
    ...path.map((word) => `__fish_seen_subcommand_from ${word}`),
    ...(below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.join(' ')}`]),
  ].join('; and ')

const optionOf = ({ flags, about, values }: OptionWords) =>
  [
    ...flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)),
    `-d ${quoted(about)}`,
    ...(values === null ? [] : [valuesOf(values, '-r -F')]),
  ].join(' ')

const valuesOf = (values: Values, file: string): string => {
  if (values === 'file') return file
  if (values === 'any') return '-x'
  if (values === 'netns') return `-x -a '(__fish_complete_list , "echo all; ls /run/netns 2>/dev/null")'`
  const words = values.words.join(' ')
  return values.list ? `-x -a '(__fish_complete_list , "printf %s\\\\\\\\n ${words}")'` : `-x -a '${words}'`
}

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
