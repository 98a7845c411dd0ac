// SPDX-License-Identifier: MIT
// Captures as bytes, written by hand from the formats' own descriptions: what a reader is tried on.

export type Sent = {
  from: string
  fromPort: number
  to: string
  toPort: number
  seq: number
  ack: number
  flags: number
  window: number
  length: number
  ttl: number
  /** Extension headers of IPv6, by number. */
  headers?: readonly number[]
}

const bytes16 = (number: number) => [(number >> 8) & 255, number & 255]
const bytes32 = (number: number) => [...bytes16(number >>> 16), ...bytes16(number & 0xffff)]

const tcp = ({ fromPort, toPort, seq, ack, flags, window }: Sent) => [
  ...bytes16(fromPort),
  ...bytes16(toPort),
  ...bytes32(seq),
  ...bytes32(ack),
  0x50,
  flags,
  ...bytes16(window),
  ...zeros(4),
]

const quads = (address: string) => address.split('.').map(Number)

const groups = (address: string) =>
  address
    .replace('::', `:${Array.from({ length: 9 - address.split(':').length }, () => '0').join(':')}:`)
    .split(':')
    .filter((group) => group !== '')
    .flatMap((group) => bytes16(Number.parseInt(group, 16)))

/** An IP packet without its payload, as a short snap length leaves it. */
export const ip = (sent: Sent): number[] => {
  if (!sent.from.includes(':')) {
    const head = [0x45, 0, ...bytes16(40 + sent.length), 0, 7, 0, 0, sent.ttl, 6, 0, 0]
    return [...head, ...quads(sent.from), ...quads(sent.to), ...tcp(sent)]
  }
  const chain = sent.headers ?? []
  const extensions = chain.flatMap((number, index) => {
    const next = chain[index + 1] ?? 6
    return number === 51 ? [next, 1, ...zeros(10)] : [next, 0, ...zeros(6)]
  })
  const size = extensions.length + 20 + sent.length
  const head = [0x60, 0, 0, 0, ...bytes16(size), chain[0] ?? 6, sent.ttl]
  return [...head, ...groups(sent.from), ...groups(sent.to), ...extensions, ...tcp(sent)]
}

const zeros = (count: number) => Array.from({ length: count }, () => 0)

const typeOf = ({ from }: Sent) => (from.includes(':') ? [0x86, 0xdd] : [8, 0])

/** The link layers, by their number. */
export const LINKS = {
  ethernet: { link: 1, head: (sent: Sent) => [...zeros(12), ...typeOf(sent)] },
  vlan: { link: 1, head: (sent: Sent) => [...zeros(12), 0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, ...typeOf(sent)] },
  cooked: { link: 113, head: (sent: Sent) => [...zeros(14), ...typeOf(sent)] },
  'cooked v2': { link: 276, head: (sent: Sent) => [...typeOf(sent), ...zeros(18)] },
  raw: { link: 101, head: () => [] },
  loopback: { link: 0, head: () => [2, 0, 0, 0] },
} as const
export type LinkName = keyof typeof LINKS

/** One frame, at so many nanoseconds since 1970. */
export type Frame = { at: bigint; bytes: readonly number[]; length: number }

export const frame = (name: LinkName, sent: Sent, at: bigint): Frame => {
  const bytes = [...LINKS[name].head(sent), ...ip(sent)]
  return { at, bytes, length: bytes.length + sent.length }
}

/** The file of tcpdump: `little` is the order of its bytes, `fine` nanoseconds in the place of microseconds. */
export const pcap = (link: number, frames: readonly Frame[], { little = true, fine = true } = {}): Buffer => {
  const word = (number: number) => (little ? bytes32(number).toReversed() : bytes32(number))
  const head = [...word(fine ? 0xa1b23c4d : 0xa1b2c3d4), ...(little ? [2, 0, 4, 0] : [0, 2, 0, 4])]
  const records = frames.flatMap(({ at, bytes, length }) => {
    const rest = Number(at % 1_000_000_000n)
    const fraction = fine ? rest : Math.floor(rest / 1000)
    return [...[Number(at / 1_000_000_000n), fraction, bytes.length, length].flatMap(word), ...bytes]
  })
  return Buffer.from([...head, ...[0, 0, 65_535, link].flatMap(word), ...records])
}

const padded = (bytes: readonly number[]) => [...bytes, ...zeros(-bytes.length & 3)]

/** The file of Wireshark, with a clock of nanoseconds, a block of no known kind, and a count of what was dropped. */
export const pcapng = (link: number, frames: readonly Frame[], { little = true, dropped = 0 } = {}): Buffer => {
  const word = (number: number) => (little ? bytes32(number).toReversed() : bytes32(number))
  const half = (number: number) => (little ? bytes16(number).toReversed() : bytes16(number))
  const block = (type: number, body: readonly number[]) => {
    const size = 12 + body.length
    return [...word(type), ...word(size), ...body, ...word(size)]
  }
  const section = block(0x0a0d0d0a, [...word(0x1a2b3c4d), ...half(1), ...half(0), ...word(-1), ...word(-1)])
  const on = block(1, [...half(link), ...half(0), ...word(0), ...half(9), ...half(1), 9, 0, 0, 0, ...word(0)])
  const packets = frames.flatMap(({ at, bytes, length }) =>
    block(6, [
      ...[0, Number(at >> 32n), Number(at & 0xffffffffn), bytes.length, length].flatMap(word),
      ...padded(bytes),
    ]),
  )
  const count = [...word(dropped), ...word(0)]
  const statistics = block(5, [
    ...word(0),
    ...word(0),
    ...word(0),
    ...half(5),
    ...half(8),
    ...(little ? count : [...word(0), ...word(dropped)]),
  ])
  return Buffer.from([...section, ...block(0xbad, [1, 2, 3, 4]), ...on, ...packets, ...statistics])
}
