// SPDX-License-Identifier: MIT
// Where a command writes that reads files.
import { statSync } from 'node:fs'
import type { Io } from '../cli/io.ts'
import { usageError } from '../errors.ts'
import { openForWriting } from '../recording/openForWriting.ts'

/** Opens `--output`, or standard output where there is none. Throws a usage error when it cannot be written. */
export const openOutput = (
  io: Io,
  output: string | undefined,
): { write: (text: string) => void; close: () => void } => {
  if (output === undefined) return { write: io.out, close: () => undefined }
  const file = openForWriting('--output', output)
  return { write: (text) => file.write(Buffer.from(text)), close: file.close }
}

/** Throws a usage error where an output, by its option, is one of the files that are read, or where standard input is named twice. */
export const requireOtherOutput = (files: readonly string[], outputs: Readonly<Record<string, string | undefined>>) => {
  for (const [option, name] of Object.entries(outputs))
    if (name !== undefined && files.some((file) => isSameFile(file, name)))
      throw usageError(
        `--${option}: ${name} is one of the recordings`,
        'name another file: the output would overwrite it',
      )
  if (files.filter((file) => file === '-').length > 1)
    throw usageError('standard input can be read once', 'name - once')
}

const isSameFile = (one: string, other: string) => {
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }))
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino
}
