// SPDX-License-Identifier: MIT
import { InvalidArgumentError, Option } from 'commander'
import { usageError } from '../errors.ts'
import type { Rotation } from '../recording/record.ts'
import { duration, positive } from './sharedOptions.ts'

/** Files that are kept unless it is said. */
const FILES = 10

/** Below this the heads of the files would be much of them. */
const LEAST_BYTES = 256 * 1024

/** `--record-size`. */
export const recordSizeOption = () =>
  new Option('--record-size <size>', 'go on in another file before this one is so big: 10M').argParser(bytes)

/** `--record-age`. */
export const recordAgeOption = () =>
  new Option('--record-age <time>', 'go on in another file after so long: 1h').argParser(duration)

/** `--record-files`. */
export const recordFilesOption = () =>
  new Option('--record-files <n>', `keep the last n of these files, ${FILES} unless given`).argParser(positive)

type Given = { record?: string; recordSize?: number; recordAge?: number; recordFiles?: number }

/** Makes one rotation of the three. Throws a usage error for one that has nothing to act on. */
export const withRotation = <T extends Given>(options: T): T & { recordRotation: Rotation | undefined } => {
  const { record, recordSize, recordAge, recordFiles } = options
  const given = Object.entries({ size: recordSize, age: recordAge, files: recordFiles }).find(
    ([, value]) => value !== undefined,
  )
  if (given !== undefined && record === undefined)
    throw usageError(`--record-${given[0]}: there is no recording`, 'add --record, as in --record resets.jsonl.gz')
  const turns = recordSize !== undefined || recordAge !== undefined
  if (recordFiles !== undefined && !turns)
    throw usageError('--record-files: nothing begins another file', 'add --record-size or --record-age')
  const rotation = { bytes: recordSize ?? Infinity, age: (recordAge ?? Infinity) * 1e9, files: recordFiles ?? FILES }
  return { ...options, recordRotation: turns ? rotation : undefined }
}

const UNITS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** `500k`, `10M` or `1G` in bytes. Throws commander's own error, which becomes a usage error. */
const bytes = (text: string) => {
  const [, number = '', unit = ''] = /^([1-9]\d{0,8})([kmg])$/i.exec(text) ?? []
  const size = Number(number) * (UNITS[unit.toLowerCase()] ?? 0)
  if (size < LEAST_BYTES) throw new InvalidArgumentError('It is not a size from 256k up, as 10M or 1G.')
  return size
}
