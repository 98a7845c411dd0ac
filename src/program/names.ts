// SPDX-License-Identifier: MIT
import type { Btf } from '../host/btf.ts'
import { CATALOGUE } from './catalogue.ts'

/** Numbers of this kernel in words: they differ between kernels, and inside a stable series. */
export type Names = {
  /** A reason of enum sk_rst_reason. */
  reset: (number: number) => string
  /** A reason of enum skb_drop_reason. */
  drop: (number: number) => string
  /** What a function returned, given its register in hex. */
  value: (fn: string, register: string) => string
}

/** Names by the kernel's BTF. A function that it does not know, of a module say, gives its register, or nothing at all. */
export const namesOf = ({ enums, returns }: Btf): Names => {
  const reset = (number: number) =>
    enums['sk_rst_reason']?.[number]?.replace(/^SK_RST_REASON_/, '') ?? `REASON_${number}`
  const drop = (number: number) =>
    enums['skb_drop_reason']?.[number]?.replace(/^SKB_DROP_REASON_|^SKB_/, '') ?? `REASON_${number}`

  const value = (fn: string, register: string): string => {
    const type = returns[fn] ?? (RETURN_NOTHING.has(fn) ? 'void' : '')
    const bits = BigInt(`0x${register}`)
    // A register holds 64 bits; of an int, a bool or an enum the rest is whatever was there.
    const low = Number(BigInt.asIntN(32, bits))
    switch (type) {
      case 'void':
        return ''
      case '*':
        return bits === 0n ? 'NULL' : `0x${register}`
      case 'int':
        return String(low)
      case 'bool':
      case '_Bool':
        return (bits & 255n) === 0n ? 'false' : 'true'
      case 'enum skb_drop_reason':
        return low === 0 ? '0' : drop(low)
      default:
        return type.startsWith('enum ') ? (enums[type.slice(5)]?.[low] ?? String(low)) : `0x${register}`
    }
  }
  return { reset, drop, value }
}

const RETURN_NOTHING: ReadonlySet<string> = new Set(
  CATALOGUE.filter(({ returns }) => returns === 'nothing').map(({ name }) => name),
)
