// SPDX-License-Identifier: MIT
import { environmentError } from '../errors.ts'
import type { Btf } from '../host/btf.ts'
import type { Facts } from '../host/facts.ts'
import { hasKprobes } from './parts.ts'

/** The bpftrace below which programs are miscompiled: 0.11 prints wrong numbers without a word. */
const FLOOR = [0, 17] as const

const TRACEFS_FOUND = { ready: 'there', denied: 'mounted, but not for this user', absent: 'not mounted' }

const MODULE_REMEDY = {
  ready: '',
  denied: 'run as root',
  absent: 'trace-reset module build && trace-reset module load; without it ss is asked, which knows less',
}

const NAMES_FOUND = {
  ready: 'of kernel functions, for stacks',
  hidden: 'the kernel hides the addresses of its functions',
  absent: '/proc/kallsyms cannot be read',
}

/** One thing a trace needs: how it is here, whether that will do, and what to do when not. */
export type Check = { name: string; ok: boolean; found: string; remedy: string }

/** What a trace cannot do without, in the order in which a person would mend it. */
export const needs = (facts: Facts): Check[] => [
  {
    name: 'root',
    ok: facts.euid === 0,
    found: `effective user id ${facts.euid}`,
    remedy: 'run as root, with sudo for instance: bpftrace needs it',
  },
  {
    name: 'bpftrace',
    ok: 'version' in facts.bpftrace && !below(facts.bpftrace.version),
    found: 'version' in facts.bpftrace ? facts.bpftrace.version : whyNot(facts.bpftrace),
    remedy:
      'version' in facts.bpftrace
        ? 'install bpftrace 0.17 or later: older ones print wrong numbers without a word'
        : 'install it (apt-get install bpftrace), or name it with --bpftrace FILE',
  },
  {
    name: 'setpriv',
    ok: facts.setpriv,
    found: facts.setpriv ? 'there' : 'not found',
    remedy: 'install util-linux: setpriv ties the life of bpftrace to ours',
  },
  {
    name: 'BTF',
    ok: !('error' in facts.btf),
    found: 'error' in facts.btf ? facts.btf.error : '/sys/kernel/btf/vmlinux',
    remedy: 'use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as those of the distributions are',
  },
  {
    name: 'tracing',
    ok: isTraceable(facts.btf),
    found: 'error' in facts.btf ? 'not known without BTF' : isTraceable(facts.btf) ? 'there' : 'nothing to attach to',
    remedy: 'use a kernel with kprobes or tracepoints; to try the tool without one: npm run lab -- bookworm -- COMMAND',
  },
  {
    name: 'lockdown',
    ok: facts.lockdown !== 'confidentiality',
    found: facts.lockdown,
    remedy: 'lockdown=confidentiality forbids tracing altogether: boot with lockdown=integrity or without',
  },
  {
    name: 'tracefs',
    ok: facts.tracefs === 'ready',
    found: TRACEFS_FOUND[facts.tracefs],
    remedy:
      facts.tracefs === 'absent'
        ? 'mount -t tracefs tracefs /sys/kernel/tracing'
        : 'run as root, and in a container on its host',
  },
]

/** What a trace can do without, and is the better for. */
export const helps = (facts: Facts): Check[] => [
  {
    name: 'kprobes',
    ok: !('error' in facts.btf) && hasKprobes(facts.btf),
    found:
      !('error' in facts.btf) && hasKprobes(facts.btf) ? 'built in' : 'not in this kernel: tracepoints alone are used',
    remedy: 'use a kernel built with CONFIG_KPROBES=y: without, callers, owners and steps are not seen',
  },
  {
    name: 'names',
    ok: hasNames(facts),
    found: NAMES_FOUND[facts.names ?? 'ready'],
    remedy: `${NAMES_REMEDY}: without, a RST that this host sends of its own accord is of unknown cause`,
  },
  {
    name: 'module',
    ok: facts.module === 'ready',
    found: `/dev/tcphash is ${facts.module}`,
    remedy: MODULE_REMEDY[facts.module],
  },
  {
    name: 'headers',
    ok: facts.headers,
    found: `/lib/modules/${facts.kernel}/build is ${facts.headers ? 'there' : 'absent'}`,
    remedy: `apt-get install linux-headers-${facts.kernel}, to build the module`,
  },
  {
    name: 'ss',
    ok: facts.ss,
    found: facts.ss ? 'there' : 'not found',
    remedy: 'apt-get install iproute2: it is asked where the module is not',
  },
]

const NAMES_REMEDY = 'sysctl kernel.kptr_restrict=1, and give it CAP_SYSLOG'

const hasNames = ({ names = 'ready' }: Facts) => names === 'ready'

/** Says that stacks will have no names here, and what that costs; undefined where they will have them. */
export const lackOfNames = (facts: Facts): string | undefined =>
  hasNames(facts)
    ? undefined
    : `${NAMES_FOUND[facts.names ?? 'ready']}, so stacks have no names: the cause of a RST that this host sends of its own accord stays unknown; ${NAMES_REMEDY}`

// The path that nobody chose says nothing.
const whyNot = ({ path, error }: { path: string; error: string }) => (path === 'bpftrace' ? error : `${path}: ${error}`)

const isTraceable = (btf: Facts['btf']) => !('error' in btf) && (hasKprobes(btf) || btf.typedefs.length > 0)

const below = (version: string) => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < FLOOR[0] || (major === FLOOR[0] && minor < FLOOR[1])
}

/** The kernel's BTF, when this machine can trace. Throws an environment error with the first need that is not met. */
export const requireTraceable = (facts: Facts): Btf => {
  const lack = needs(facts).find(({ ok }) => !ok)
  if (lack !== undefined) throw environmentError(`cannot trace here: ${lack.name}: ${lack.found}`, lack.remedy)
  return requireBtf(facts)
}

/** The kernel's BTF: all that writing a program needs. Throws an environment error without it. */
export const requireBtf = ({ btf }: Facts): Btf => {
  if ('error' in btf)
    throw environmentError(
      `cannot read the kernel's BTF: ${btf.error}`,
      'name recorded facts with --facts FILE, or use a kernel with BTF',
    )
  return btf
}
