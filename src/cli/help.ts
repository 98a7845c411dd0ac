// SPDX-License-Identifier: MIT

/** What `trace-reset --help` says below the options. */
export const EXAMPLES = `
--saddr is the peer and --dport is the port here, as in packets that arrive; a
filter selects both directions. Different options must all match.

Examples:
  trace-reset --dport 80                     resets of our port 80, until Ctrl-C
  trace-reset --saddr 192.0.2.0/24,2001:db8::/32 --not-dport 80,8000-8100
  trace-reset --netns all --comm 'php*' --not-outcome ignored
  trace-reset --sport 5432 --record db.jsonl.gz
  trace-reset replay db.jsonl.gz --cause 'peer-*' -f json
  trace-reset replay db.jsonl.gz --expect linger-zero=0
  trace-reset causes unread-data-on-close

Exit code: 0 ended, 1 failed, 2 usage, 3 cannot trace here, 4 not as expected`
