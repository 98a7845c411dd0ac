// SPDX-License-Identifier: MIT
import { closeSync, ftruncateSync, readdirSync, unlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { writeAll } from './openForWriting.ts'
import { openPrivate } from './openPrivate.ts'

/** Where a recording is written to. Each function throws what the system says. */
export type Volume = {
  /** The file that is written now, or was last. */
  name: () => string
  /** Bytes in it. */
  size: () => number
  /** All of the bytes, or none where the file can be cut. */
  append: (bytes: Uint8Array) => void
  /** Ends the file; the next bytes begin another one, where there are several. */
  turn: () => void
  close: () => void
}

/** One file, written from its beginning. */
export const oneFile = (file: string): Volume => {
  const { append, size, close } = openToAppend(openPrivate(file))
  return { name: () => file, size, append, turn: () => undefined, close }
}

/**
 * Files one after the other: FILE with a number before its extensions, higher than those that are there. No more than
 * `most` are kept: the oldest goes before a new one comes. The first is opened at once. None is ever left empty.
 */
export const numberedFiles = (file: string, most: number): Volume => {
  const openNext = () => {
    const numbers = numbersOf(file)
    for (const number of numbers.slice(0, Math.max(0, numbers.length - most + 1))) unlinkSync(nameOf(file, number))
    name = nameOf(file, (numbers.at(-1) ?? 0) + 1)
    // Never one that is there, nor through a link.
    return openToAppend(openPrivate(name, { isNew: true }))
  }
  const end = () => {
    const ended = part
    part = undefined
    ended?.close()
    if (ended?.size() === 0) unlinkSync(name)
  }
  let name = file
  let part: ReturnType<typeof openToAppend> | undefined = openNext()
  return {
    name: () => name,
    size: () => part?.size() ?? 0,
    append: (bytes) => {
      part ??= openNext()
      try {
        part.append(bytes)
      } catch (error) {
        if (part.size() === 0) end()
        throw error
      }
    },
    turn: end,
    close: end,
  }
}

/** Digits of a number, so that names sort as they were made. */
const DIGITS = 6

const nameOf = (file: string, number: number) => {
  const { stem, extensions } = partsOf(file)
  return join(dirname(file), `${stem}.${String(number).padStart(DIGITS, '0')}${extensions}`)
}

// The numbers of the files that are there, the oldest first.
const numbersOf = (file: string): number[] => {
  const { stem, extensions } = partsOf(file)
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(`${stem}.`) && name.endsWith(extensions))
    .map((name) => name.slice(stem.length + 1, name.length - extensions.length))
    .filter((digits) => /^\d{6,15}$/.test(digits))
    .map(Number)
    .toSorted((one, other) => one - other)
}

// `a.b.jsonl.gz`: a.b and .jsonl.gz.
const partsOf = (file: string) => {
  const [, stem = '', extensions = ''] = /^(.+?)((?:\.[^.]*)?(?:\.gz)?)$/s.exec(basename(file)) ?? []
  return { stem, extensions }
}

const openToAppend = (descriptor: number) => {
  let size = 0
  return {
    size: () => size,
    append: (bytes: Uint8Array) => {
      try {
        writeAll(descriptor, bytes)
      } catch (error) {
        cut(descriptor, size)
        throw error
      }
      size += bytes.length
    },
    close: () => closeSync(descriptor),
  }
}

// Half a line in the middle could not be read. What is no file of a disk cannot be cut.
const cut = (descriptor: number, size: number) => {
  try {
    ftruncateSync(descriptor, size)
  } catch {
    // The write has failed, which is told.
  }
}
