// SPDX-License-Identifier: MIT
import type { Btf } from '../host/btf.ts'
import type { Symbols } from '../host/facts.ts'
import type { Holes } from './fill.ts'
import { register } from './holes.ts'
import { dropHoles, hasKprobes } from './parts.ts'
import { CATALOGUE, SEGMENT_ARGUMENTS, SOCKET_ARGUMENTS, type Traced } from './catalogue.ts'

/** A step of the trail on one kernel: what it is attached to, and the names of its arguments. */
export type Step = { traced: Traced; symbol: string; signature: readonly string[] }

/** The step on this kernel, or undefined when the kernel (or a module that is not loaded) has it not. */
export const stepOf = (btf: Btf, { modules, copies }: Symbols, traced: Traced): Step | undefined => {
  const { name, type, module, copy, signature = [] } = traced
  if (type === 'tracepoint')
    return btf.typedefs.includes(`btf_trace_${name}`) ? { traced, symbol: name, signature } : undefined
  if (!hasKprobes(btf)) return undefined
  const known = btf.functions[name]
  if (known !== undefined) return { traced, symbol: name, signature: known }
  if (module !== undefined) return modules.includes(module) ? { traced, symbol: name, signature } : undefined
  return copy !== undefined && copies.includes(copy) ? { traced, symbol: copy, signature } : undefined
}

/**
 * The holes of a step's files besides those of every probe. A segment seen where it enters the host is remembered when the
 * filter wants its source and not yet its destination: NAT may change that before the next step. `entrances` tells whether
 * the program has a step there.
 */
export const stepHoles = (btf: Btf, { traced, symbol, signature }: Step, entrances: boolean): Holes => {
  const argument = (names: readonly string[]) => register(signature.findIndex((name) => names.includes(name)))
  return {
    attach: `kprobe:${symbol}`,
    attach_return: `kretprobe:${symbol}`,
    fn: traced.name,
    id: String(CATALOGUE.indexOf(traced)),
    skb: argument(SEGMENT_ARGUMENTS),
    sk: argument(SOCKET_ARGUMENTS),
    of_arguments: traced.families === '4' ? '/*{lookup4}*/' : '/*{lookup6}*/',
    ...Object.fromEntries(['saddr', 'sport', 'daddr', 'hnum'].map((name) => [name, argument([name])])),
    ...Object.fromEntries(WAS.map((name) => [`was_${name}`, entrances ? `@was_${name}[$slot]` : '0'])),
    forget: entrances ? '@was_at[$slot] = (uint64)0;' : '',
    ...(entrances ? {} : { recall: '' }),
    ...(isEntrance(traced) ? {} : { remember: '' }),
    ...(traced.type === 'tracepoint' ? dropHoles(btf) : {}),
  }
}

/**
 * The files that a step is made of: its call, and its return. What takes no segment on this kernel, tcp_reset on 5.10, is
 * asked by its socket.
 */
export const filesOf = ({ traced: { by, type }, signature }: Step): readonly string[] => {
  if (type === 'tracepoint') return [by]
  const takesSegment = signature.some((name) => SEGMENT_ARGUMENTS.includes(name))
  return [by === 'call_skb.bt' && !takesSegment ? 'call_sock.bt' : by, 'return.bt']
}

/** Whether a packet still has the addresses there that it was sent to. */
export const isEntrance = ({ name }: Traced): boolean => ['ip_rcv', 'ip_rcv_core', 'ipv6_rcv'].includes(name)

/** The name of the step with this number in a program. */
export const stepName = (id: number): string => CATALOGUE[id]?.name ?? ''

const WAS = ['at', 'fn', 'netns', 'd0', 'd1', 'dport'] as const
