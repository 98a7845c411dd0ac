// SPDX-License-Identifier: MIT
// Bytes of a BTF that has one type of each kind.

/** A type of BTF before its strings have offsets: the words after struct btf_type, names among them. */
type Type = { kind: number; name?: string; members?: number; type?: number; tail?: (number | string)[] }

// Of every kind one, since each has another length and a reader that errs in one misses all that follow.
const TYPES: Type[] = [
  { kind: 1, name: 'int', type: 4, tail: [32] },
  { kind: 2, type: 1 },
  { kind: 3, tail: [1, 1, 10] },
  { kind: 4, name: 'pair', members: 2, type: 8, tail: ['a', 1, 0, 'b', 1, 32] },
  { kind: 5, name: 'either', members: 1, type: 4, tail: ['a', 1, 0] },
  { kind: 6, name: 'colours', members: 2, type: 4, tail: ['RED', 0, 'BLUE', 7] },
  { kind: 7, name: 'ahead' },
  { kind: 8, name: 'btf_trace_seen', type: 2 },
  { kind: 9, type: 1 },
  { kind: 10, type: 1 },
  { kind: 11, type: 1 },
  { kind: 13, members: 3, type: 1, tail: ['sk', 2, 'skb', 2, 'reason', 1] },
  { kind: 12, name: 'tcp_reset', type: 12 },
  { kind: 14, name: 'variable', type: 1, tail: [1] },
  { kind: 15, name: '.data', members: 1, type: 4, tail: [14, 0, 4] },
  { kind: 16, name: 'float', type: 4 },
  { kind: 17, name: 'tag', type: 1, tail: [0xffff_ffff] },
  { kind: 18, name: 'tagged', type: 1 },
  { kind: 19, name: 'wide', members: 2, type: 8, tail: ['LOW', 1, 0, 'HIGH', 2, 1] },
  { kind: 12, name: 'before_its_prototype', type: 22 },
  { kind: 12, name: 'not_wanted', type: 12 },
  { kind: 13, members: 0, type: 0 },
  { kind: 13, members: 0, type: 2 },
  { kind: 13, members: 0, type: 6 },
  { kind: 13, members: 0, type: 19 },
  { kind: 13, members: 0, type: 8 },
  { kind: 12, name: 'gives_pointer', type: 23 },
  { kind: 12, name: 'gives_enum', type: 24 },
  { kind: 12, name: 'gives_enum64', type: 25 },
  { kind: 12, name: 'gives_typedef', type: 26 },
]

/** A BTF, little-endian, as `/sys/kernel/btf/vmlinux` has it. */
export const blob = () => {
  const names = TYPES.flatMap(({ name, tail = [] }) => [name, ...tail].filter((word) => typeof word === 'string'))
  const strings = Buffer.from(`\0${[...new Set(names)].join('\0')}\0`)
  const offset = (name: string | undefined) => (name === undefined ? 0 : strings.indexOf(`\0${name}\0`) + 1)
  const words = TYPES.flatMap(({ kind, name, members = 0, type = 0, tail = [] }) => [
    offset(name),
    ((kind << 24) | members) >>> 0,
    type,
    ...tail.map((word) => (typeof word === 'string' ? offset(word) : word)),
  ])
  const types = Buffer.from(Uint32Array.from(words).buffer)
  const header = Buffer.alloc(24)
  header.writeUInt16LE(0xeb9f, 0)
  header.writeUInt8(1, 2)
  for (const [at, value] of [24, 0, types.length, types.length, strings.length].entries()) {
    header.writeUInt32LE(value, 4 + 4 * at)
  }
  return Buffer.concat([header, types, strings])
}
