// SPDX-License-Identifier: MIT
// Reads from BTF (Documentation/bpf/btf.rst in the kernel's tree) the functions with their arguments, typedefs and
// enums of a kernel. Prototypes and enums change inside a stable series, so a version number does not tell them.

/** What a kernel's BTF says about the names asked for; a name that the kernel lacks is absent. */
export type Btf = {
  /** Function -> names of its arguments, in order. */
  functions: Record<string, string[]>
  /** Function -> what it returns: `void`, `bool`, `int`, `*` for a pointer, or `enum NAME`. */
  returns: Record<string, string>
  /** The typedefs that exist; a tracepoint `x` is the typedef `btf_trace_x`. */
  typedefs: string[]
  /** Enum -> its enumerators: number -> name. */
  enums: Record<string, Record<number, string>>
}

const MAGIC = 0xeb9f
const KIND = { pointer: 2, enum: 6, typedef: 8, func: 12, proto: 13, enum64: 19 } as const

/** Bytes after the 12 of struct btf_type, by kind: a fixed number, and a number per member. Other kinds have none. */
const TAIL: Record<number, readonly [number, number]> = {
  1: [4, 0],
  3: [12, 0],
  4: [0, 12],
  5: [0, 12],
  6: [0, 8],
  13: [0, 8],
  14: [4, 0],
  15: [0, 12],
  17: [4, 0],
  19: [0, 12],
}

/** The names to look for in BTF; `like` adds every function and tracepoint whose name matches. */
export type AskedNames = {
  functions: readonly string[]
  typedefs: readonly string[]
  enums: readonly string[]
  like?: RegExp
}

/** Reads `/sys/kernel/btf/vmlinux` (little-endian). Throws RangeError or Error on bytes that are not BTF. */
export const readBtf = (bytes: Buffer, wanted: AskedNames): Btf => {
  const tables = tablesOf(bytes)
  const { types, strings, text } = tables

  // Strings are deduplicated, so a name is known by its offset: comparing numbers beats decoding 60,000 names.
  const offsets = (names: readonly string[]) => new Map(names.map((name) => [strings.indexOf(`\0${name}\0`) + 1, name]))
  const functionNames = offsets(wanted.functions)
  const typedefNames = offsets(wanted.typedefs)
  const enumerationNames = offsets(wanted.enums)
  for (const names of [functionNames, typedefNames, enumerationNames]) names.delete(0)

  // The name at this offset, if it is asked for. Decoding each takes a tenth of a second, so it is done for `like`
  // alone.
  const asked = (names: ReadonlyMap<number, string>, offset: number, prefix = '') => {
    const known = names.get(offset)
    if (known !== undefined || wanted.like === undefined) return known
    const name = text(offset)
    return name.startsWith(prefix) && wanted.like.test(name.slice(prefix.length)) ? name : undefined
  }

  const positions: number[] = [0]
  const found: { name: string; prototype: number }[] = []
  const result: Btf = { functions: {}, returns: {}, typedefs: [], enums: {} }
  for (let at = 0; at < types.length;) {
    positions.push(at)
    const name = types.readUInt32LE(at)
    const info = types.readUInt32LE(at + 4)
    const kind = (info >>> 24) & 31
    const members = info & 0xffff
    const [fixed, each] = TAIL[kind] ?? [0, 0]
    const ours =
      kind === KIND.func
        ? asked(functionNames, name)
        : kind === KIND.typedef
          ? asked(typedefNames, name, 'btf_trace_')
          : undefined
    if (ours !== undefined) {
      if (kind === KIND.func) found.push({ name: ours, prototype: types.readUInt32LE(at + 8) })
      else result.typedefs.push(ours)
    } else if ((kind === KIND.enum || kind === KIND.enum64) && enumerationNames.has(name)) {
      result.enums[enumerationNames.get(name) ?? ''] = enumeratorsOf(tables, at, members, each)
    }
    at += 12 + fixed + each * members
  }
  for (const { name, prototype } of found) {
    const at = positions[prototype] ?? 0
    const members = types.readUInt32LE(at + 4) & 0xffff
    const returned = types.readUInt32LE(at + 8)
    result.returns[name] = returned === 0 ? 'void' : typeName(tables, positions[returned] ?? 0)
    result.functions[name] = Array.from({ length: members }, (_, i) => text(types.readUInt32LE(at + 12 + i * 8)))
  }
  return result
}

/** The two tables of a BTF file (struct btf_header), and the string at an offset. */
type Tables = { types: Buffer; strings: Buffer; text: (offset: number) => string }

const tablesOf = (bytes: Buffer): Tables => {
  if (bytes.readUInt16LE(0) !== MAGIC) throw new Error('not BTF: the magic number is missing')
  const header = bytes.readUInt32LE(4)
  const types = bytes.subarray(header + bytes.readUInt32LE(8)).subarray(0, bytes.readUInt32LE(12))
  const strings = bytes.subarray(header + bytes.readUInt32LE(16)).subarray(0, bytes.readUInt32LE(20))
  return { types, strings, text: (offset) => strings.toString('latin1', offset, strings.indexOf(0, offset)) }
}

/** The enumerators of the enum at a position, each member `size` bytes long: number -> name. */
const enumeratorsOf = ({ types, text }: Tables, at: number, members: number, size: number): Record<number, string> =>
  Object.fromEntries(
    Array.from({ length: members }, (_, i) => at + 12 + i * size).map((member) => [
      types.readInt32LE(member + 4),
      text(types.readUInt32LE(member)),
    ]),
  )

/** The name of the type at a position, as in Btf.returns. */
const typeName = ({ types, text }: Tables, at: number): string => {
  const kind = (types.readUInt32LE(at + 4) >>> 24) & 31
  if (kind === KIND.pointer) return '*'
  const name = text(types.readUInt32LE(at))
  return kind === KIND.enum || kind === KIND.enum64 ? `enum ${name}` : name
}
