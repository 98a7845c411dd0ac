// SPDX-License-Identifier: MIT
// The body of one block of pcapng, in the order of bytes of its section: its numbers and its options, by their place in it.

/** The body of a block. */
export type Block = ReturnType<typeof blockOf>

/** Reads those bytes. */
export const blockOf = (bytes: Buffer, little: boolean) => {
  const u16 = (place: number) => (little ? bytes.readUInt16LE(place) : bytes.readUInt16BE(place))
  const u32 = (place: number) => (little ? bytes.readUInt32LE(place) : bytes.readUInt32BE(place))
  const u64 = (place: number) => (little ? bytes.readBigUInt64LE(place) : bytes.readBigUInt64BE(place))

  /** The place of an option's value, of those from a place on, where it is there and so long. */
  const option = (from: number, wanted: number, size: number): number | undefined => {
    for (let place = from; place + 4 <= bytes.length;) {
      const [code, length] = [u16(place), u16(place + 2)]
      if (code === 0 || place + 4 + length > bytes.length) return undefined
      if (code === wanted) return length === size ? place + 4 : undefined
      place += 4 + length + (-length & 3)
    }
    return undefined
  }
  return { bytes, u16, u32, u64, option }
}
