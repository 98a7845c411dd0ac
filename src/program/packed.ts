// SPDX-License-Identifier: MIT
// Small numbers of a line share a word: `seq+ack=7d0000003e8`. The printf of a probe keeps 8 bytes on the stack for each of
// its values, whatever their size, and the stack has 512 for that and all that the filter needs.
import { FIELDS, type Field } from './fields.ts'

const WORD = 64

/** Numbers with a width, so many of them as fit in one word: the widest first, so that the words are full. */
export const packsOf = <F extends { field: Field }>(fields: readonly F[]): F[][] => {
  const packs: { used: number; members: F[] }[] = []
  for (const one of fields.toSorted((a, b) => (b.field.bits ?? WORD) - (a.field.bits ?? WORD))) {
    const bits = one.field.bits ?? WORD
    const last = packs.at(-1)
    if (last !== undefined && last.used + bits <= WORD) {
      last.members.push(one)
      last.used += bits
    } else packs.push({ used: bits, members: [one] })
  }
  return packs.map(({ members }) => members)
}

/** The fields that a name of a line stands for, `seq+ack`, each with the bits below it in the word; the first is the highest. */
export const placesOf = (name: string): { name: string; bits: number; below: number; signed: boolean }[] => {
  let below = 0
  const places = name.split('+').toReversed()
  return places
    .map((one) => {
      const field: Field | undefined = Object.entries(FIELDS).find(([known]) => known === one)?.[1]
      const bits = field?.bits ?? WORD
      below += bits
      return { name: one, bits, below: below - bits, signed: field?.format === '%d' }
    })
    .toReversed()
}

/**
 * The fields of a line by a name and its text, each as it would be without the others. Throws on a word that is no number in hex,
 * or too large.
 */
export const unpacked = (name: string, text: string): [name: string, text: string][] => {
  if (!name.includes('+')) return [[name, text]]
  const places = placesKept(name)
  const digits = places.reduce((sum, { bits }) => sum + bits, 0) / 4
  if (!/^[0-9a-f]+$/.test(text) || text.length > digits)
    throw new Error(`${name} is no number: ${JSON.stringify(text)}`)
  const word = text.padStart(digits, '0')
  return places.map((place) => {
    const end = digits - place.below / 4
    const number = Number.parseInt(word.slice(end - place.bits / 4, end), 16)
    return [place.name, String(place.signed && place.bits === 32 ? number | 0 : number)]
  })
}

// The same few names come with each line.
const kept = new Map<string, ReturnType<typeof placesOf>>()

const placesKept = (name: string) => {
  const known = kept.get(name)
  if (known !== undefined) return known
  const places = placesOf(name)
  if (kept.size < MOST_KEPT) kept.set(name, places)
  return places
}

/** Far more than all programs have; lines that are not whole may have any. */
const MOST_KEPT = 1000
