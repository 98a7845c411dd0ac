// SPDX-License-Identifier: MIT

/**
 * The names of a list that a misspelt one may mean, nearest first, three at most: those it is a part of or has for a part, and
 * those within a third of its letters by edits (insertion, deletion, substitution, transposition). Case and the choice between
 * `-` and `_` do not count.
 */
export const nearest = (name: string, names: readonly string[]): string[] => {
  const asked = plain(name)
  // Longer words are no slip of the finger, and the comparison takes their length squared.
  if (asked === '' || asked.length > 64) return []
  return names
    .map((known) => ({ known, distance: distanceOf(asked, plain(known)) }))
    .filter(({ distance }) => distance <= 1 + Math.floor(asked.length / 3))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ known }) => known)
}

/** `did you mean a, or b?`, or `otherwise` where nothing is near. */
export const didYouMean = (name: string, names: readonly string[], otherwise: string): string => {
  const near = nearest(name, names)
  return near.length === 0 ? otherwise : `did you mean ${near.join(' or ')}? ${otherwise}`
}

const plain = (name: string) => name.toLowerCase().replaceAll('_', '-')

const distanceOf = (asked: string, known: string) =>
  asked.length > 2 && (known.includes(asked) || asked.includes(known)) ? 1 : edits(asked, known)

// Damerau and Levenshtein's distance, by rows: the optimal string alignment.
const edits = (a: string, b: string): number => {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(before, j - 2) + 1 : Infinity
      next.push(Math.min(at(row, j) + 1, at(next, j - 1) + 1, substituted, swapped))
    }
    before = row
    row = next
  }
  return at(row, b.length)
}

const at = (row: readonly number[], index: number) => row[index] ?? Infinity
