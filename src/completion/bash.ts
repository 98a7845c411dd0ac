// SPDX-License-Identifier: MIT
import type { CommandWords, OptionWords, Values } from './words.ts'

/** The completion of bash: a script to be sourced. */
export const bash = (commands: readonly CommandWords[]): string => `# bash completion of trace-reset(8)
_trace_reset() {
    local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command='' i
    # bash takes --option=value for three words.
    [[ $cur == = ]] && cur=
    [[ $prev == = ]] && prev=\${COMP_WORDS[COMP_CWORD - 2]}
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$command \${COMP_WORDS[i]}" in
${commands
  .filter(({ path }) => path.length > 0)
  .map(
    ({ path }) =>
      `            '${[...path.slice(0, -1), ''].join(' ').trim()} ${path.at(-1)}') command='${path.join(' ')}' ;;\n`,
  )
  .join('')}        esac
    done
    case "$command:$prev" in
${commands.flatMap(({ path, options }) => byValues(path, options)).join('')}    esac
    case $command in
${commands.map(ownWords).join('')}    esac
}

# Words, separated by commas.
_trace_reset_list() {
    local before=\${cur%"\${cur##*,}"}
    COMPREPLY=($(compgen -P "$before" -W "$1" -- "\${cur##*,}"))
    compopt -o nospace
}

_trace_reset_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_trace_reset_files() { COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames; }
complete -F _trace_reset trace-reset
`

// Options with the same values are one pattern.
const byValues = (path: readonly string[], options: readonly OptionWords[]) => {
  const patterns = new Map<string, string[]>()
  for (const { flags, values } of options) {
    if (values === null) continue
    const action = complete(values)
    patterns.set(action, [...(patterns.get(action) ?? []), ...flags.map((flag) => `'${path.join(' ')}:${flag}'`)])
  }
  return [...patterns].map(([action, patterns]) => `        ${patterns.join('|')}) ${action}; return ;;\n`)
}

const ownWords = ({ path, below, options, argument }: CommandWords) => {
  const words = [...below.map(({ name }) => name), ...options.flatMap(({ flags }) => flags)]
  const others = argument === null || argument === 'any' ? '' : `${complete(argument)}; `
  const own = `_trace_reset_words '${words.join(' ')}'`
  const action = others === '' ? own : `if [[ $cur == -* ]]; then ${own}; else ${others}fi`
  return `        '${path.join(' ')}') ${action} ;;\n`
}

const complete = (values: Values): string => {
  if (values === 'any') return ':'
  if (values === 'file') return '_trace_reset_files'
  if (values === 'netns') return '_trace_reset_list "all $(ls /run/netns 2>/dev/null)"'
  return `_trace_reset_${values.list ? 'list' : 'words'} '${values.words.join(' ')}'`
}
