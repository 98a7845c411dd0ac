// SPDX-License-Identifier: MIT
// Recordings that are made to cost: small files that gzip makes a thousand times as long are read as a stream.
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { measured } from '../memory.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-hostile-'))
afterAll(() => rmSync(directory, { recursive: true }))

const RECORDING = new URL('../../fixtures/6.12/unread-data-on-close/recording.jsonl', import.meta.url)
const [START = '', ...REST] = readFileSync(RECORDING, 'utf8').split(/(?<=\n)/)

const MIB = 2 ** 20

// What a file is of, 64 MiB in all, behind the start of a recording.
const BOMBS: [name: string, piece: string, told: RegExp][] = [
  ['one line without an end', 'x'.repeat(MIB), /line 2: garbled: it is not JSON/],
  ['one text without an end', `{"kind":"${'x'.repeat(MIB)}`, /line 2: garbled: it is not JSON/],
  ['brackets within brackets', '['.repeat(MIB), /line 2: garbled: it is not JSON/],
  ['empty lines', '\n'.repeat(MIB), /line 2: garbled: it is not JSON/],
  ['the same event', REST[0]?.repeat(4096) ?? '', /was cut off/],
]

test.each(BOMBS)(
  'gzip that grows thousandfold, of %s, is read in 200 MB',
  async (name, piece, told) => {
    const bomb = join(directory, `${name}.jsonl.gz`)
    const times = Math.ceil((64 * MIB) / piece.length)
    await pipeline(
      Readable.from([START, ...Array.from({ length: times }, () => piece)]),
      createGzip({ level: 9 }),
      createWriteStream(bomb),
    )
    expect((times * piece.length) / statSync(bomb).size).toBeGreaterThan(200)
    const { stderr, mib } = await measured(['replay', bomb, '-f', 'csv', '-o', '/dev/null'])
    expect(stderr).toMatch(told)
    expect(mib).toBeLessThan(200)
  },
  120_000,
)
