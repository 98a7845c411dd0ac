// SPDX-License-Identifier: MIT
import type { Argument, HelpConfiguration } from 'commander'

/** What `trace-reset --help` says below the options. */
export const EXAMPLES = `
Of --saddr and --dport, s is the peer and d this host, whichever of them opened
the connection. A filter selects both directions, and all options must match.

Examples:
  trace-reset --local :80                    resets of our port 80, until Ctrl-C
  trace-reset --saddr 192.0.2.0/24,2001:db8::/32 --not-dport 80,8000-8100
  trace-reset --netns all --comm 'php*' --not-outcome ignored
  trace-reset --peer 192.0.2.7:5432 --record db.jsonl.gz
  trace-reset replay db.jsonl.gz --cause 'peer-*' -f json
  trace-reset replay db.jsonl.gz --expect linger-zero=0
  trace-reset causes unread-data-on-close

Exit code: 0 ended, 1 failed, 2 usage, 3 cannot trace here, 4 not as expected`

/** What `trace-reset join --help` says below the options. */
export const JOIN_EXAMPLES = `
Each host records for itself, at the same time: trace-reset --record A.jsonl.gz
Clocks may differ; NAT between is followed where a host, or a box, recorded it.

Examples:
  trace-reset join web.jsonl.gz db.jsonl.gz
  trace-reset join client.jsonl nat-box.jsonl server.jsonl -f json
  trace-reset join --score web.jsonl.gz db.jsonl.gz`

/** How help shows options and commands: a line for each. */
export const LINE_EACH: HelpConfiguration = {
  // Without commander's quotes, and without defaults: the manual has those.
  optionDescription: ({ description, argChoices }) =>
    argChoices === undefined ? description : `${description}: ${argChoices.join(', ')}`,
  subcommandTerm: (command) =>
    [command.name(), ...command.registeredArguments.map((argument) => argumentTerm(argument))].join(' '),
}

const argumentTerm = (argument: Argument) => {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}
