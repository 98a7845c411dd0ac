// SPDX-License-Identifier: MIT

/**
 * TCP states by number, as in the kernel's include/net/tcp_states.h; the numbers are part of its user ABI. BOUND_INACTIVE
 * came with Linux 6.8: only a socket's dump knows it.
 */
export const STATES = [
  'NONE',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'NEW_SYN_RECV',
  'BOUND_INACTIVE',
] as const

/** The kernel's name of a TCP state without its TCP_ prefix; `STATE_n` for a number that it does not have. */
export const stateName = (number: number): string => STATES[number] ?? `STATE_${number}`

/** How ss and its filters spell states, where that is not the kernel's name with hyphens (misc/ss.c, sstate_name). */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  ESTAB: 'ESTABLISHED',
  UNCONN: 'CLOSE',
  CLOSED: 'CLOSE',
  LISTENING: 'LISTEN',
  FIN_WAIT_1: 'FIN_WAIT1',
  FIN_WAIT_2: 'FIN_WAIT2',
}

/** The kernel's name of a state as people and tools spell it: `TCP_SYN_SENT`, `syn-sent`, `ESTAB`, `fin-wait-1`. */
export const kernelState = (name: string): string => {
  const plain = name.toUpperCase().replaceAll('-', '_').replace(/^TCP_/, '')
  return OTHER_NAMES[plain] ?? plain
}

/** TCP flags as bits of the header's 14th byte (RFC 9293, section 3.1). */
export const FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const

/** `SYN`, `RST ACK`; `none` for no flag. */
export const flagNames = (flags: number): string =>
  Object.entries(FLAG)
    .filter(([, bit]) => flags & bit)
    .map(([name]) => name.toUpperCase())
    .join(' ') || 'none'

/** a - b between sequence numbers, which wrap at 2^32: -2^31 to 2^31 - 1. */
export const sequenceDistance = (a: number, b: number): number => (a - b) | 0
