// SPDX-License-Identifier: MIT

/** Entries of one memory at most; beyond that the one unused for longest is forgotten. */
const MOST_REMEMBERED = 65_536

/** A bounded memory by key. */
export const createMemory = <T>() => {
  const entries = new Map<string, T>()
  const set = (key: string, value: T): T => {
    // A Map keeps the order of insertion: an entry that is taken out and put back is the youngest.
    entries.delete(key)
    entries.set(key, value)
    if (entries.size > MOST_REMEMBERED) entries.delete(entries.keys().next().value ?? '')
    return value
  }
  return {
    set,
    get: (key: string): T | undefined => entries.get(key),
    forget: (key: string) => entries.delete(key),
    /** The entry of the key, made if there is none, as the one used last. */
    use: (key: string, create: () => T): T => set(key, entries.get(key) ?? create()),
  }
}
