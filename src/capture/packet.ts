// SPDX-License-Identifier: MIT

/** A packet as a capture has it: `bytes` are those that were kept, of `length` that there were. */
export type Packet = {
  /** The type of the link layer (LINKTYPE_ of tcpdump.org). */
  link: number
  /** Nanoseconds since 1970. */
  at: bigint
  bytes: Buffer
  length: number
}

/** What a capture file gives, piece by piece: packets, and how many the system had dropped before they were written. */
export type Piece = Packet | { dropped: number }

/** Takes a file in chunks and gives what is whole so far. Throws an Error in words on what is no capture, behind what is one. */
export type Reader = (chunk: Buffer) => Iterable<Piece>

/** More than any capture keeps of a packet, and than any block that is read has. */
export const LONGEST = 16 * 1024 * 1024
