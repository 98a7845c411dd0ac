// SPDX-License-Identifier: MIT

/** Entries of one memory at most; beyond that the one unused for longest is forgotten. */
const MOST_REMEMBERED = 16_384

/** An entry between the one used before it and the one used after it. */
type Entry<T> = { key: string; value: T; older: Entry<T> | null; younger: Entry<T> | null }

/**
 * A bounded memory by key. The entries are in a list by their last use, beside the Map: a Map alone, kept in that order by
 * taking out and putting back, takes longer to give its oldest key the more was taken out before it.
 */
export const createMemory = <T>() => {
  const entries = new Map<string, Entry<T>>()
  let oldest: Entry<T> | null = null
  let youngest: Entry<T> | null = null

  const append = (entry: Entry<T>) => {
    entry.older = youngest
    entry.younger = null
    if (youngest === null) oldest = entry
    else youngest.younger = entry
    youngest = entry
  }

  const takeOut = ({ older, younger }: Entry<T>) => {
    if (older === null) oldest = younger
    else older.younger = younger
    if (younger === null) youngest = older
    else younger.older = older
  }

  const forget = (key: string) => {
    const entry = entries.get(key)
    if (entry === undefined) return
    entries.delete(key)
    takeOut(entry)
  }

  const add = (key: string, value: T) => {
    const entry = { key, value, older: null, younger: null }
    entries.set(key, entry)
    append(entry)
    if (entries.size > MOST_REMEMBERED && oldest !== null) forget(oldest.key)
  }

  const touch = (entry: Entry<T>) => {
    if (entry === youngest) return
    takeOut(entry)
    append(entry)
  }

  return {
    set: (key: string, value: T) => {
      const entry = entries.get(key)
      if (entry === undefined) return add(key, value)
      entry.value = value
      touch(entry)
    },
    get: (key: string): T | undefined => entries.get(key)?.value,
    forget,
    /** The entry of the key, made if there is none, as the one used last. */
    use: (key: string, create: () => T): T => {
      const entry = entries.get(key)
      if (entry !== undefined) {
        touch(entry)
        return entry.value
      }
      const value = create()
      add(key, value)
      return value
    },
  }
}
