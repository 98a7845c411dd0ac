// SPDX-License-Identifier: MIT
import { closeSync, readSync, writeSync } from 'node:fs'
import { environmentError } from '../errors.ts'
import type { Tuple } from '../flow/tuple.ts'
import { openDevice } from './module.ts'

/** A socket of the table as tcphash.ko lists it: its connection, and its fields by the module's names. */
export type Listed = { tuple: Tuple; fields: ReadonlyMap<string, string> }

/** The size of the module's answer buffer (TCPHASH_ANSWERS_SIZE in kmod/tcphash.h). */
const SLICE_BYTES = 64 * 1024

/**
 * Lists the whole table for one network namespace, in slices. Each slice is one request, and the module bounds its time
 * and size. Throws an environment error when the device cannot be opened or the module refuses.
 */
export function* listModule(device: string, netns: number): Generator<Listed[]> {
  const descriptor = openDevice(device)
  const buffer = Buffer.alloc(SLICE_BYTES)
  try {
    let place = ''
    for (;;) {
      writeSync(descriptor, `list netns=${netns}${place}\n`)
      const slice = readSlice(buffer.toString('latin1', 0, readSync(descriptor, buffer)), netns)
      yield slice.listed
      if (slice.done) return
      place = ` from=${slice.next} skip=${slice.skip}`
    }
  } finally {
    closeSync(descriptor)
  }
}

/** Reads one slice: `socket` lines, and an `ok` line with the place to go on from. Throws an environment error. */
export const readSlice = (
  text: string,
  netns: number,
): { listed: Listed[]; done: boolean; next: string; skip: string } => {
  const lines = text.trimEnd().split('\n')
  const last = lines.pop() ?? ''
  const end = fieldsOf(last)
  const [done, next, skip] = ['done', 'next', 'skip'].map((name) => end.get(name))
  if (!last.startsWith('ok ') || done === undefined || next === undefined || skip === undefined)
    throw environmentError(`the listing failed: ${/ what=(.*)/.exec(last)?.[1] ?? JSON.stringify(last.slice(0, 80))}`)
  const listed = lines.map((line) => {
    const fields = fieldsOf(line)
    const text = (name: string) => fields.get(name) ?? ''
    const [saddr, daddr] = [text('saddr'), text('daddr')]
    const family: 4 | 6 = saddr.includes(':') ? 6 : 4
    const tuple = { family, saddr, sport: Number(text('sport')), daddr, dport: Number(text('dport')), netns }
    return { tuple, fields }
  })
  return { listed, done: done === '1', next, skip }
}

const fieldsOf = (line: string) =>
  new Map(
    line
      .split(' ')
      .slice(1)
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const),
  )
