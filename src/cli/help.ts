// SPDX-License-Identifier: MIT
import type { Argument, HelpConfiguration, Option } from 'commander'

/** A command line to begin with. */
type Example = {
  line: string
  /** What it does, where that is not plain. */
  about?: string
  /** Whether it is among the few that `trace-reset -h` has. */
  isFirst?: boolean
}

export const EXAMPLES: readonly Example[] = [
  { line: 'trace-reset --local :80', about: 'resets of our port 80, until Ctrl-C', isFirst: true },
  { line: 'trace-reset --saddr 192.0.2.0/24,2001:db8::/32 --not-dport 80,8000-8100' },
  { line: "trace-reset --netns all --comm 'php*' --not-outcome ignored" },
  { line: 'trace-reset --peer 192.0.2.7:5432 --record db.jsonl.gz', isFirst: true },
  { line: "trace-reset replay db.jsonl.gz --cause 'peer-*' -f json" },
  { line: 'trace-reset replay db.jsonl.gz --expect linger-zero=0' },
  { line: 'trace-reset top db.jsonl.gz --speed 10' },
  { line: 'trace-reset report db.jsonl.gz -o page.html' },
  { line: 'trace-reset causes unread-data-on-close', about: 'what it means, what to do next', isFirst: true },
]

/** Examples as help shows them. */
export const exampleLines = (examples: readonly Example[]): string[] =>
  examples.map(({ line, about = '' }) => `  ${line.padEnd(42)} ${about}`.trimEnd())

/** What `trace-reset --help` says below the options. */
export const BELOW_OPTIONS = `
Of --saddr and --dport, s is the peer and d this host, whichever of them opened
the connection. A filter selects both directions, and all options must match.

Examples:
${exampleLines(EXAMPLES).join('\n')}

Exit code: 0 ended, 1 failed, 2 usage, 3 cannot trace here, 4 not as expected`

/** What `trace-reset join --help` says below the options. */
export const JOIN_EXAMPLES = `
Each host records for itself, at the same time: trace-reset --record A.jsonl.gz
Clocks may differ; NAT between is followed where a host, or a box, recorded it.

Examples:
  trace-reset join web.jsonl.gz db.jsonl.gz
  trace-reset join client.jsonl nat-box.jsonl server.jsonl -f json
  trace-reset join --score web.jsonl.gz db.jsonl.gz`

/** What `trace-reset query --help` says below the options. */
export const QUERY_EXAMPLES = `
Verdicts have the columns of --format csv, observations what most events have.
A recording is judged each time. Of many: replay *.gz -f parquet -o all.parquet

Examples:
  trace-reset query 'SELECT cause, count(*) FROM verdicts GROUP BY 1' *.jsonl.gz
  trace-reset query 'DESCRIBE verdicts' all.parquet
  trace-reset query 'SELECT kind, count(*) FROM observations GROUP BY ALL' a.jsonl`

/** How help shows options and commands: a line for each. */
export const LINE_EACH: HelpConfiguration = {
  // Without commander's quotes, and without defaults: the manual has those.
  optionDescription: (option) => aboutOf(option),
  argumentDescription: (argument) => aboutOf(argument),
  subcommandTerm: (command) =>
    [command.name(), ...command.registeredArguments.map((argument) => argumentTerm(argument))].join(' '),
}

const aboutOf = ({ description, argChoices }: Option | Argument) =>
  argChoices === undefined ? description : `${description}: ${argChoices.join(', ')}`

/** An argument as usage has it. */
export const argumentTerm = (argument: Argument) => {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}
