// SPDX-License-Identifier: MIT
// What trace-reset(8) says beside the command line itself.

export type Said = readonly [term: string, about: string]

export const DESCRIPTION: readonly string[] = [
  'trace-reset watches a live Linux kernel. For each TCP reset it names the cause, who did it, and how sure that is, and shows the evidence: the kernel function that ran, its caller, the sequence numbers, and what the TCP hash table of the kernel held for the same 5-tuple. When it does not know, it names the evidence that is missing.',
  'Tracing needs Linux 5.10 or later with BTF, bpftrace 0.17 or later, and root. trace-reset doctor says what is missing on a machine. Recordings are judged anywhere.',
  'Addresses and ports are those of packets that arrive at this host: --saddr is the peer, --dport is the port here. A filter selects both directions of a connection. The values of one option are alternatives, different options must all match, and each filter has an opposite that begins with --not-.',
  'A verdict is certain when a kernel path or state proves it, and likely when it follows from the packets alone. Verdicts go to standard output, everything else to standard error. What was lost is always said.',
]

export const EXIT_STATUS: readonly Said[] = [
  ['0', 'it ended as it should; Ctrl-C is such an end'],
  ['1', 'the trace failed, the recording is damaged, or the output could not be written'],
  ['2', 'the command line is wrong'],
  ['3', 'this machine cannot trace as it is'],
  ['4', 'an expectation of replay --expect does not hold'],
  ['130', 'a second Ctrl-C ended the trace at once'],
]

export const FILES: readonly Said[] = [
  ['/dev/tcphash', 'the device of the kernel module tcphash.ko, which answers exact look-ups; optional'],
  [
    '/var/cache/trace-reset',
    'the module that trace-reset module build has made; for a user $XDG_CACHE_HOME/trace-reset',
  ],
  [
    '/etc/default/trace-reset',
    'the options of trace-reset.service, which the Debian package has and does not enable: OPTIONS="...", in the words of this page',
  ],
  ['/var/lib/trace-reset', 'what that service records'],
  ['/run/netns', 'the names that --netns takes, made by ip netns'],
  ['/etc/services', 'the names that ports may be given by'],
  ['/sys/kernel/btf/vmlinux', 'the types of the running kernel, by which the probes are made'],
]

export const ENVIRONMENT: readonly Said[] = [
  ['NO_COLOR', 'no colour, when it is set and not empty'],
  ['FORCE_COLOR', 'colour also where standard output is no terminal, 0 for none; --color goes before both'],
  ['TERM', 'no colour when it is dumb'],
  ['COLUMNS', 'the width of the table on a terminal, before what the terminal says; a file or a pipe has 80'],
  ['XDG_CACHE_HOME', 'the place of the cache of users, ~/.cache by default; root has /var/cache'],
]
