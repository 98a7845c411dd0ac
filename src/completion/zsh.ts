// SPDX-License-Identifier: MIT
import type { CommandWords, OptionWords, Values } from './words.ts'

/** The completion of zsh: the file _trace-reset of a directory in $fpath, or a script to be sourced. */
export const zsh = (commands: readonly CommandWords[]): string => `#compdef trace-reset
${commands.map((one) => functionOf(one)).join('')}
if [[ $funcstack[1] == _trace-reset ]]; then
  _trace-reset "$@"
else
  compdef _trace-reset trace-reset
fi
`

const functionOf = ({ path, below, options, argument }: CommandWords): string => {
  const specs = [...options.flatMap(specsOf), ...(argument === null ? [] : [`'*:${label(argument)}'`])]
  const name = ['_trace-reset', ...path].join('_')
  if (below.length === 0) return `\n${name}() {\n  _arguments -s \\\n    ${specs.join(' \\\n    ')}\n}\n`
  return `
${name}() {
  local curcontext="$curcontext" state line
  local -a commands=(
${below.map((one) => `    '${quoted(`${one.name}:${one.about}`)}'\n`).join('')}  )
  _arguments -s -C \\
    ${[...specs, `'1:command:->command'`, `'*::rest:->rest'`].join(' \\\n    ')}
  case $state in
    command) _describe command commands ;;
    rest) (( $+functions[${name}_$line[1]] )) && ${name}_$line[1] ;;
  esac
}
`
}

const specsOf = ({ flags, about, values }: OptionWords) =>
  flags.map(
    (flag) =>
      `'*${flag}[${quoted(about.replaceAll(/[[\]\\]/g, '\\$&'))}]${values === null ? '' : `:${label(values)}`}'`,
  )

// What is completed, and how: the rest of a specification of _arguments.
const label = (values: Values): string => {
  if (values === 'any') return 'value: '
  if (values === 'file') return 'file:_files'
  if (values === 'netns') return 'netns:_values -s , netns all ${(f)"$(ls /run/netns 2>/dev/null)"}'
  return values.list ? `value:_values -s , value ${values.words.join(' ')}` : `value:(${values.words.join(' ')})`
}

const quoted = (text: string) => text.replaceAll("'", `'\\''`)
