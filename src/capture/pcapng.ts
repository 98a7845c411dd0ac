// SPDX-License-Identifier: MIT
// The format of Wireshark and dumpcap, and of --pcapng: draft-ietf-opsawg-pcapng.
import { blockOf, type Block } from './block.ts'
import { LONGEST, type Packet, type Piece, type Reader } from './packet.ts'
import { createRest } from './rest.ts'

const SECTION = 0x0a0d0d0a
const INTERFACE = 1
const OLD_PACKET = 2
const SIMPLE_PACKET = 3
const STATISTICS = 5
const PACKET = 6

/** Options of blocks: the step of a clock, its offset in seconds; what an interface, and the system, had dropped. */
const TSRESOL = 9
const TSOFFSET = 14
const DROPS = [5, 7]

/** A block without a body: its type, and its length before and behind. */
const SHORTEST = 12

/** Interfaces of a section that are known at once: a file may claim any number. */
const MOST_INTERFACES = 65_536

type Interface = { link: number; snap: number; time: (ticks: bigint) => bigint }

/** Whether a file that begins so is of this format. */
export const isPcapng = (first: Buffer): boolean => first.length >= 4 && first.readUInt32BE(0) === SECTION

/** Reads such a file. Blocks of other kinds are passed over, however long. */
export const pcapngReader = (): Reader => {
  const rest = createRest()
  let skip = 0
  let little = true
  let interfaces: Interface[] = []

  const begin = (order: number) => {
    if (order !== 0x1a2b3c4d && order !== 0x4d3c2b1a) throw new Error('damaged: a section of no byte order')
    little = order === 0x4d3c2b1a
    interfaces = []
  }
  const take = (type: number, block: Block): Piece | undefined => {
    if (type === INTERFACE && interfaces.length < MOST_INTERFACES) interfaces.push(...interfaceOf(block))
    return type === STATISTICS ? droppedOf(block) : packetOf(type, block, interfaces)
  }

  return function* (chunk) {
    const over = Math.min(skip, chunk.length)
    skip -= over
    const bytes = rest.with(chunk.subarray(over))
    if (bytes === undefined) return
    let [place, needed] = [0, SHORTEST]
    while (bytes.length - place >= SHORTEST) {
      if (bytes.readUInt32BE(place) === SECTION) begin(bytes.readUInt32BE(place + 8))
      const head = blockOf(bytes.subarray(place, place + 8), little)
      const [type, length] = [head.u32(0), head.u32(4)]
      requirePossible(type, length)
      needed = length
      if (length <= LONGEST && bytes.length - place < length) break
      if (length <= LONGEST) {
        const piece = take(type, blockOf(bytes.subarray(place + 8, place + length - 4), little))
        if (piece !== undefined) yield piece
      } else skip = Math.max(0, length - (bytes.length - place))
      place = Math.min(bytes.length, place + length)
      needed = SHORTEST
    }
    rest.wait(bytes.subarray(place), needed)
  }
}

const READ: readonly number[] = [INTERFACE, OLD_PACKET, SIMPLE_PACKET, STATISTICS, PACKET]

const requirePossible = (type: number, length: number) => {
  if (length < 12 || length % 4 !== 0) throw new Error(`damaged: a block of ${length} bytes`)
  if (length > LONGEST && READ.includes(type)) throw new Error(`damaged: a packet of ${length} bytes`)
}

const interfaceOf = (block: Block): Interface[] => {
  if (block.bytes.length < 8) return []
  const [step, offset] = [block.option(8, TSRESOL, 1), block.option(8, TSOFFSET, 8)]
  const shift = offset === undefined ? 0n : block.u64(offset) * 1_000_000_000n
  const raw = step === undefined ? 6 : block.bytes.readUInt8(step)
  const per = (raw & 0x80) === 0 ? 10n ** BigInt(Math.min(raw, 30)) : 1n << BigInt(raw & 0x7f)
  return [{ link: block.u16(0), snap: block.u32(4), time: (ticks) => (ticks * 1_000_000_000n) / per + shift }]
}

const packetOf = (type: number, block: Block, interfaces: readonly Interface[]): Packet | undefined => {
  const { bytes } = block
  if ((type === PACKET || type === OLD_PACKET) && bytes.length >= 20) {
    const on = interfaces[type === PACKET ? block.u32(0) : block.u16(0)]
    const kept = block.u32(12)
    if (on === undefined || kept > bytes.length - 20) return undefined
    const at = on.time((BigInt(block.u32(4)) << 32n) | BigInt(block.u32(8)))
    return { link: on.link, at, bytes: bytes.subarray(20, 20 + kept), length: block.u32(16) }
  }
  const [on] = interfaces
  if (type !== SIMPLE_PACKET || bytes.length < 4 || on === undefined) return undefined
  // It has no time.
  const kept = Math.min(block.u32(0), bytes.length - 4, on.snap === 0 ? Infinity : on.snap)
  return { link: on.link, at: 0n, bytes: bytes.subarray(4, 4 + kept), length: block.u32(0) }
}

const droppedOf = (block: Block): Piece | undefined => {
  if (block.bytes.length < 12) return undefined
  const counts = DROPS.map((wanted) => block.option(12, wanted, 8))
  const dropped = counts.reduce<number>((sum, place) => sum + (place === undefined ? 0 : Number(block.u64(place))), 0)
  return Number.isSafeInteger(dropped) && dropped > 0 ? { dropped } : undefined
}
