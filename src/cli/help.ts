// SPDX-License-Identifier: MIT

/** What `trace-reset --help` says below the options. */
export const EXAMPLES = `
Addresses and ports are those of packets that arrive at this host: --saddr is
the peer, --dport the port here; a filter selects both directions. Values of
one option are alternatives; different options must all match.

Examples:
  trace-reset                                every reset, until Ctrl-C
  trace-reset --saddr 192.0.2.7 --dport 80   those of one client and our port 80
  trace-reset --saddr 192.0.2.0/24,2001:db8::/32 --dport 80,8000-8100
  trace-reset --not-saddr 192.0.2.1 --dport https   without the health checks
  trace-reset --netns web --comm nginx       a namespace of ip netns, a process
  trace-reset --cause linger-zero,unread-data-on-close --not-state close_wait
  trace-reset --sport 5432 --record db.jsonl.gz  connections to a database, kept
  trace-reset replay db.jsonl.gz --format json   the same verdicts, anywhere
  trace-reset replay db.jsonl.gz --comm psql --expect peer-aborted=2
  trace-reset --dport 80 --format json -n 1 | jq .cause
  trace-reset causes unread-data-on-close    what it means, what to do next
  trace-reset doctor                         what is missing on this machine

Exit codes: 0 ended, 1 the trace or the recording failed, 2 usage, 3 this
machine cannot trace as it is, 4 an expectation of replay does not hold.`
