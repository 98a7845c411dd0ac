// SPDX-License-Identifier: MIT
// By how much the clocks of hosts differ, from pairs of a RST that was sent and of the same one that came.

/** A pair, by host: when it was sent and when it came, each by that host's clock, in nanoseconds since one moment. */
export type Pair = { from: number; to: number; sent: number; came: number }

/**
 * A host's clock against that of the first host, or where no chain of pairs leads there null. `ahead` is in nanoseconds and
 * has the way of the RSTs in it where they went one way only; half of the pairs are within `spread` of it.
 */
export type ClockOffset = { ahead: number; spread: number; pairs: number } | null

/** The clocks of so many hosts. */
export const clockOffsets = (hosts: number, pairs: readonly Pair[]): ClockOffset[] => {
  const apart = differences(pairs)
  const offsets: ClockOffset[] = Array.from({ length: hosts }, () => null)
  offsets[0] = { ahead: 0, spread: 0, pairs: 0 }
  // From each host that is known to those that have pairs with it, the nearest first.
  const known = [0]
  for (const one of known) {
    for (let other = 0; other < hosts; other += 1) {
      const base = offsets[one]
      if (base === undefined || base === null || offsets[other] !== null) continue
      const between = offsetBetween(apart.get(`${one} ${other}`) ?? [], apart.get(`${other} ${one}`) ?? [])
      if (between === null) continue
      offsets[other] = { ...between, ahead: base.ahead + between.ahead, spread: base.spread + between.spread }
      known.push(other)
    }
  }
  return offsets
}

/** By how much the later clock read more than the earlier one, for each way that pairs go. */
const differences = (pairs: readonly Pair[]) => {
  const apart = new Map<string, number[]>()
  for (const { from, to, sent, came } of pairs) {
    if (from === to) continue
    const key = `${from} ${to}`
    const some = apart.get(key)
    if (some === undefined) apart.set(key, [came - sent])
    else some.push(came - sent)
  }
  return apart
}

// What goes there is late by the way, what comes back early: the middle of both is free of it, if the ways are alike.
const offsetBetween = (there: readonly number[], back: readonly number[]): ClockOffset => {
  if (there.length + back.length === 0) return null
  const early = back.map((difference) => -difference)
  const [one, other] = [median(there), median(early)]
  const ahead = one === undefined ? (other ?? 0) : other === undefined ? one : (one + other) / 2
  const off = [...there, ...early].map((difference) => Math.abs(difference - ahead))
  return { ahead, spread: median(off) ?? 0, pairs: there.length + back.length }
}

const median = (numbers: readonly number[]): number | undefined => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [upper, lower] = [sorted[middle], sorted[sorted.length % 2 === 1 ? middle : middle - 1]]
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2
}
