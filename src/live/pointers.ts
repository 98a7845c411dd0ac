// SPDX-License-Identifier: MIT
import { createMemory } from '../flow/memory.ts'
import type { Observation } from '../observation.ts'

/** From here on a pointer is an error number (MAX_ERRNO, include/linux/err.h), and below the first number an address of users. */
const FIRST_KERNEL = 0xffff_0000_0000_0000n
const FIRST_ERROR = 0xffff_ffff_ffff_f001n

/** Numbers what is in an Observation. */
export type Pointers = (observation: Observation) => Observation

/**
 * Gives sockets and segments numbers in the place of their addresses in the kernel's memory, `sk1` and `skb1` for the first: who
 * has the addresses of a running kernel is helped to attack it, and recordings are sent around. Equal addresses have one number,
 * for as long as the memory of them lasts: the 65,536 used last of each.
 */
export const createPointers = (): Pointers => {
  const sockets = createNames('sk')
  const segments = createNames('skb')

  const inSocket = <T extends { sk: string }>(socket: T): T => ({ ...socket, sk: sockets.of(socket.sk) })
  const inSegment = <T extends { skb: string }>(segment: T): T => ({ ...segment, skb: segments.of(segment.skb) })
  const returned = (value: string) => {
    const address = /^0x([0-9a-f]+)$/.exec(value)?.[1]
    if (address === undefined) return value
    const number = BigInt(value)
    if (number < FIRST_KERNEL || number >= FIRST_ERROR) return value
    return segments.known(address) ?? sockets.of(address)
  }

  return (observation) => {
    switch (observation.kind) {
      case 'packet':
        return {
          ...observation,
          segment: inSegment(observation.segment),
          ...(observation.socket === undefined ? {} : { socket: inSocket(observation.socket) }),
        }
      case 'reset':
        return {
          ...observation,
          segment: observation.segment && inSegment(observation.segment),
          socket: observation.socket && inSocket(observation.socket),
        }
      case 'call':
        return {
          ...observation,
          segment: observation.segment && inSegment(observation.segment),
          socket: observation.socket && inSocket(observation.socket),
        }
      case 'reply':
        return inSegment(observation)
      case 'state':
        return inSocket(observation)
      case 'owner':
        return observation.sk === null ? observation : { ...observation, sk: sockets.of(observation.sk) }
      case 'return':
        return { ...observation, value: returned(observation.value) }
      case 'start':
      case 'nat':
      case 'forgot':
      case 'lookup':
      case 'tick':
      case 'lost':
      case 'total':
      case 'counters':
      case 'stop':
        return observation
    }
  }
}

const createNames = (kind: 'sk' | 'skb') => {
  const names = createMemory<string>()
  let count = 0
  return {
    of: (address: string) => names.use(address, () => `${kind}${(count += 1)}`),
    known: (address: string) => names.get(address),
  }
}
