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
