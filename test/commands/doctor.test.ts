// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { describeMachine, describeMemory } from '../../src/commands/doctor.ts'
import type { Facts } from '../../src/host/facts.ts'
import type { Ways } from '../../src/host/ways.ts'
import { offers } from '../../src/program/offers.ts'
import { loadFacts } from '../../src/program/loadFacts.ts'
import { factsOf } from '../command.ts'

const NO_WAYS: Ways = {
  hostPids: false,
  logger: false,
  journald: false,
  systemd: false,
  unit: false,
  dkms: false,
  source: false,
  wireshark: undefined,
}
const ALL_WAYS: Ways = {
  hostPids: true,
  logger: true,
  journald: true,
  systemd: true,
  unit: true,
  dkms: true,
  source: true,
  wireshark: 'tshark',
}

const recorded = () => loadFacts({ facts: factsOf('6.1'), bpftrace: 'bpftrace' })

test('a machine that can trace', async () => {
  expect(describeMachine(await recorded(), offers(ALL_WAYS, undefined))).toMatchInlineSnapshot(`
    "Linux 6.1.0-56-cloud-amd64 x86_64

    Needed:
      ok   root      effective user id 0
      ok   bpftrace  0.17.0
      ok   setpriv   there
      ok   BTF       /sys/kernel/btf/vmlinux
      ok   tracing   there
      ok   lockdown  none
      ok   tracefs   there

    Better with:
      ok   kprobes   built in
      ok   names     of kernel functions, for stacks
      MISS module    /dev/tcphash is absent
                     hint: trace-reset module build && trace-reset module load; without it ss is asked, which knows less
      ok   headers   /lib/modules/6.1.0-56-cloud-amd64/build is there
      ok   ss        there

    For more:
      ok   metrics   built in: --metrics 9435
      ok   journald  there: --journald
      ok   otlp      there: --otlp URL
      ok   service   there: systemctl enable --now trace-reset
      ok   dkms      has the source of the module
      ok   owners    processes and containers of this host
      ok   wireshark tshark: --pcapng FILE
    "
  `)
})

test('a machine without anything', async () => {
  const nothing: Partial<Facts> = {
    euid: 1000,
    btf: { error: 'ENOENT: no such file' },
    tracefs: 'absent',
    lockdown: 'confidentiality',
    bpftrace: { path: 'bpftrace', error: 'ENOENT' },
    ss: false,
    setpriv: false,
    headers: false,
  }
  expect(describeMachine({ ...(await recorded()), ...nothing }, offers(NO_WAYS, 'npm install -g it')))
    .toMatchInlineSnapshot(`
      "Linux 6.1.0-56-cloud-amd64 x86_64

      Needed:
        MISS root      effective user id 1000
                       hint: run as root, with sudo for instance: bpftrace needs it
        MISS bpftrace  ENOENT
                       hint: install it (apt-get install bpftrace), or name it with --bpftrace FILE
        MISS setpriv   not found
                       hint: install util-linux: setpriv ties the life of bpftrace to ours
        MISS BTF       ENOENT: no such file
                       hint: use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as those of the distributions are
        MISS tracing   not known without BTF
                       hint: use a kernel with kprobes or tracepoints; to try the tool without one: npm run lab -- bookworm -- COMMAND
        MISS lockdown  confidentiality
                       hint: lockdown=confidentiality forbids tracing altogether: boot with lockdown=integrity or without
        MISS tracefs   not mounted
                       hint: mount -t tracefs tracefs /sys/kernel/tracing

      Better with:
        MISS kprobes   not in this kernel: tracepoints alone are used
                       hint: use a kernel built with CONFIG_KPROBES=y: without, callers, owners and steps are not seen
        ok   names     of kernel functions, for stacks
        MISS module    /dev/tcphash is absent
                       hint: trace-reset module build && trace-reset module load; without it ss is asked, which knows less
        MISS headers   /lib/modules/6.1.0-56-cloud-amd64/build is absent
                       hint: apt-get install linux-headers-6.1.0-56-cloud-amd64, to build the module
        MISS ss        not found
                       hint: apt-get install iproute2: it is asked where the module is not

      For more:
        ok   metrics   built in: --metrics 9435
        MISS journald  no logger that takes --journald
                       hint: apt-get install bsdutils: its logger writes the entries
        MISS otlp      the packages of OpenTelemetry are not installed
                       hint: npm install -g it
        MISS service   systemd does not run here
                       hint: a machine that systemd runs; elsewhere have it started by what is there
        MISS dkms      not found
                       hint: install trace-reset-dkms: the module is built for each new kernel then
        MISS owners    only this container's own processes are seen
                       hint: run the container with --privileged --pid=host; in Kubernetes with hostPID: true
        MISS wireshark not found
                       hint: apt-get install tshark, here or where the file is read
      "
    `)
})

test.each<[string, Partial<Facts>, string]>([
  [
    'tracefs that is not mounted',
    { tracefs: 'absent' },
    '  MISS tracefs   not mounted\n                 hint: mount -t tracefs tracefs /sys/kernel/tracing\n',
  ],
  [
    'tracefs that is not for us',
    { tracefs: 'denied' },
    '  MISS tracefs   mounted, but not for this user\n                 hint: run as root, and in a container on its host\n',
  ],
])('%s is named, with its remedy', async (_, over, expected) => {
  expect(describeMachine({ ...(await recorded()), ...over }, [])).toContain(expected)
})

test.each<[Partial<Ways>, string]>([
  [{ journald: false }, 'MISS journald  no journald listens\n                 hint: start systemd-journald'],
  [{ unit: false }, 'MISS service   no trace-reset.service\n                 hint: install the Debian package'],
  [
    { source: false },
    'MISS dkms      there, without the source of the module\n                 hint: install trace-reset-dkms',
  ],
])('%o', async (over, expected) => {
  expect(describeMachine(await recorded(), offers({ ...ALL_WAYS, ...over }, undefined))).toContain(expected)
})

test('the memory of a trace, in a sentence', () => {
  expect(describeMemory(134_400_000)).toBe(
    '\nA trace takes 134 MB of kernel memory for its maps and buffers, while it runs.\n',
  )
})
