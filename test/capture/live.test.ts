// SPDX-License-Identifier: MIT
// The gauntlet by tcpdump on the wire of each host, beside that host's own trace (test/lab/gauntlet/both_ends.py --capture): what a capture
// says of a RST is what the trace says, or less.
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { replayHere } from '../command.ts'

const ENDS = fileURLToPath(new URL('../join/ends/', import.meta.url))

/** Each host's own addresses in the lab. */
const LOCAL = { client: '198.51.100.2,2001:db8:2::2', server: '192.0.2.1,2001:db8:1::1' } as const

const Told = z.object({
  outcome: z.string(),
  cause: z.string(),
  confidence: z.string(),
  saddr: z.string(),
  sport: z.int(),
  daddr: z.string(),
  dport: z.int(),
  seq: z.int().nullable(),
})
type Told = z.infer<typeof Told>

const verdicts = async (...args: string[]): Promise<Told[]> => {
  const { stdout } = await replayHere([...args, '-f', 'json'])
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => Told.parse(JSON.parse(line)))
}

/**
 * What the trace may say where a capture says that: what the peer did is so, also where this host's kernel then took no notice, by a rule
 * of its own or for lack of the socket.
 */
const AGREES: Readonly<Record<string, readonly string[]>> = {
  'peer-aborted': ['ignored-invalid', 'ignored-no-socket'],
  forged: ['ignored-no-socket'],
}

const agree = (capture: Told, live: Told) =>
  capture.cause === live.cause || AGREES[capture.cause]?.includes(live.cause) === true

const sameRst = (one: Told, other: Told) =>
  one.saddr === other.saddr &&
  one.sport === other.sport &&
  one.daddr === other.daddr &&
  one.dport === other.dport &&
  one.seq === other.seq

const CAPTURES = readdirSync(ENDS).flatMap((kernel) =>
  (['client', 'server'] as const).flatMap((host) =>
    existsSync(`${ENDS}${kernel}/${host}.pcap.gz`) ? [{ kernel, host, path: `${ENDS}${kernel}/${host}` }] : [],
  ),
)

test('there are captures of both hosts', () => {
  expect(CAPTURES.length).toBeGreaterThanOrEqual(2)
})

test.each(CAPTURES)('$host on $kernel: never another cause, never certain', async ({ host, path }) => {
  const captured = await verdicts(`${path}.pcap.gz`, '--local', LOCAL[host])
  const live = await verdicts(`${path}.jsonl.gz`)
  const pairs = captured.flatMap((one) =>
    live.filter((other) => sameRst(one, other)).map((other) => [one, other] as const),
  )
  expect(pairs.length).toBeGreaterThan(50)
  const others = pairs.filter(([one, other]) => one.cause !== 'unknown' && !agree(one, other))
  expect(others).toEqual([])
  expect(pairs.filter(([one]) => one.cause !== 'unknown').length).toBeGreaterThan(20)
  expect(captured.filter(({ confidence }) => confidence === 'certain')).toEqual([])
})
