// SPDX-License-Identifier: MIT
// Every pair of filter options goes together, and gives what the two of them say: through the command line, a replay and back.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { replayHere } from '../command.ts'
import { at, owner, reset, RST_ACK, segment, socket, start, stop, task, TUPLE } from '../samples.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-filter-'))
const FILE = join(directory, 'mixed.jsonl')
afterAll(() => rmSync(directory, { recursive: true }))

const row = z.object({
  family: z.number(),
  saddr: z.string(),
  sport: z.number(),
  daddr: z.string(),
  dport: z.number(),
  netns: z.number(),
  state: z.string().nullable(),
  pid: z.number().nullable(),
  comm: z.string().nullable(),
  namespace: z.string().nullable(),
  cause: z.string(),
  outcome: z.string(),
  who: z.string(),
  confidence: z.string(),
})
type Row = z.infer<typeof row>

/** An option, a value that some of the resets have, and which those are; one value each that none has. */
const OPTIONS: readonly (readonly [string, string, (row: Row) => boolean])[] = [
  ['saddr', '192.0.2.0/24,2001:db8::/33', ({ saddr }) => saddr.startsWith('192.0.2.') || saddr === '2001:db8::7'],
  ['sport', '40000-40003,40009', ({ sport }) => sport <= 40003 || sport === 40009],
  ['daddr', '::ffff:192.0.2.1', ({ daddr }) => daddr === '192.0.2.1'],
  ['dport', '80', ({ dport }) => dport === 80],
  ['netns', '4026531840', ({ netns }) => netns === 4026531840],
  ['pid', '812,4', ({ pid }) => pid === 812],
  ['comm', 'ng*,Web Content', ({ comm }) => comm === 'nginx' || comm === 'Web Content'],
  ['k8s-namespace', 'sh*,db', ({ namespace }) => namespace === 'shop'],
  ['dev', 'eth0', () => false],
  // Without a state here are those whose state was not seen: `none` is none of them.
  ['state', 'tcp_established,none', ({ state }) => state === 'ESTABLISHED'],
  ['cause', 'peer-a*', ({ cause }) => cause === 'peer-aborted'],
  ['outcome', 'ignored,sent', ({ outcome }) => outcome !== 'received'],
  ['who', 'peer*', ({ who }) => who.startsWith('peer')],
  ['confidence', 'unknown', ({ confidence }) => confidence === 'unknown'],
]
const ALL = OPTIONS.flatMap(([name, value, holds]) => [
  { args: [`--${name}`, value], holds },
  { args: [`--not-${name}`, value], holds: (given: Row) => !holds(given) },
])

/** Resets that differ in all that can be asked for, in no step with each other. */
const MIXED = Array.from({ length: 48 }, (_, n) => {
  const six = n % 3 === 0
  const tuple = {
    family: six ? (6 as const) : (4 as const),
    saddr: six ? ['2001:db8::7', '2001:db8:8000::7'][n % 2] : ['192.0.2.9', '198.51.100.9'][n % 2],
    sport: 40000 + (n % 11),
    daddr: six ? '2001:db8::1' : n % 5 < 3 ? TUPLE.daddr : '192.0.2.3',
    dport: n % 7 < 4 ? 80 : 443,
    netns: TUPLE.netns + (n % 4 === 3 ? 1 : 0),
  }
  const sk = `ffff8${n.toString(16).padStart(3, '0')}`
  const by = [
    task(),
    task({ pid: 813, cgroup: '/kubepods', pod: 'web-0', namespace: 'shop' }),
    task({ comm: 'Web Content' }),
    null,
  ][(n >> 1) % 4]
  const when = 1000 + 100 * n
  const state = ['ESTABLISHED', 'SYN_SENT', 'CLOSE_WAIT'][n % 5] ?? 'ESTABLISHED'
  return [
    ...(by ? [{ ...owner({ at: at(when), sk, task: by }), tuple }] : []),
    {
      ...reset({
        at: at(when + 1),
        socket: n % 9 === 8 ? null : socket({ sk, state }),
        // Some are this host's own.
        ...(n % 10 === 7 ? { fn: 'tcp_send_active_reset', segment: null } : { segment: segment({ flags: RST_ACK }) }),
      }),
      tuple,
    },
  ]
}).flat()

const replayed = async (args: readonly string[]) => {
  const { stdout, stderr, exitCode } = await replayHere([FILE, '--format', 'json', ...args])
  expect({ args, exitCode, failed: /^hint: /m.test(stderr) }).toEqual({ args, exitCode: 0, failed: false })
  return stdout.split('\n').filter((line) => line !== '')
}

let lines: string[] = []
beforeAll(async () => {
  writeFileSync(FILE, [start(), ...MIXED, stop()].map((line) => `${JSON.stringify(line)}\n`).join(''))
  lines = await replayed([])
})
const that = (holds: (given: Row) => boolean) => lines.filter((line) => holds(row.parse(JSON.parse(line))))

test('the recording has some of everything', () => {
  expect(lines).toHaveLength(48)
  for (const { args, holds } of ALL.filter(({ args: [name] }) => name?.endsWith('dev') === false)) {
    const count = that(holds).length
    expect({ args, some: count > 0 && count < 48 }).toEqual({ args, some: true })
  }
})

describe.each(ALL)('$args', ({ args, holds }) => {
  test('alone', async () => expect(await replayed(args)).toEqual(that(holds)))

  test('and with each of the others: both must hold', async () => {
    for (const other of ALL.filter((one) => one.args[0] !== args[0])) {
      const both = await replayed([...args, ...other.args])
      expect(both, `${args.join(' ')} ${other.args.join(' ')}`).toEqual(
        that((given) => holds(given) && other.holds(given)),
      )
    }
  })
})

test.each([
  [['--dport', '80', '--dport', '443'], () => true],
  [['--dport', '1', '--dport', '443'], ({ dport }: Row) => dport === 443],
  [['--not-pid', '812', '--not-pid', '813'], ({ pid }: Row) => pid === null],
  [['--netns', 'all', '--netns', '4026531840'], () => true],
  [['--dport', '80,443', '--not-dport', '80'], ({ dport }: Row) => dport === 443],
])('one option twice: %j', async (args, holds) => {
  expect(await replayed(args)).toEqual(that(holds))
})

test.each<[string[], (row: Row) => boolean]>([
  [['-4'], ({ family }) => family === 4],
  [['-6'], ({ family }) => family === 6],
  [['-4', '-6'], () => true],
  [['-6', '--saddr', '192.0.2.9,2001:db8::7'], ({ saddr }) => saddr === '2001:db8::7'],
  [['-4', '--not-saddr', '192.0.2.9'], ({ family, saddr }) => family === 4 && saddr !== '192.0.2.9'],
])('families: %j', async (args, holds) => {
  expect(that(holds).length).toBeGreaterThan(0)
  expect(await replayed(args)).toEqual(that(holds))
})

test.each<[string[], (row: Row) => boolean]>([
  [['--peer', '192.0.2.9'], ({ saddr }) => saddr === '192.0.2.9'],
  [['--peer', '192.0.2.9:40001'], ({ saddr, sport }) => saddr === '192.0.2.9' && sport === 40001],
  [
    ['--peer', '192.0.2.0/24:40000-40003,[2001:db8::7]:40000-40003'],
    ({ saddr, sport }) => (saddr === '192.0.2.9' || saddr === '2001:db8::7') && sport <= 40003,
  ],
  [['--peer', '2001:db8::7', '--sport', '40003'], ({ saddr, sport }) => saddr === '2001:db8::7' && sport === 40003],
  [['--local', ':80'], ({ dport }) => dport === 80],
  [['--local', '*:80,*:443'], () => true],
  [['--not-peer', '192.0.2.9', '--not-local', ':443'], ({ saddr, dport }) => saddr !== '192.0.2.9' && dport !== 443],
])('ends: %j', async (args, holds) => {
  expect(that(holds).length).toBeGreaterThan(0)
  expect(await replayed(args)).toEqual(that(holds))
})

test('all of them at once', async () => {
  const wanted = ALL.filter(({ args: [name] }) => name !== '--dev')
  const some = wanted.filter(({ args: [name] }) => name?.startsWith('--not-') === false)
  expect(await replayed(wanted.flatMap(({ args }) => args))).toEqual([])
  expect(await replayed(some.flatMap(({ args }) => args))).toEqual(
    that((given) => some.every(({ holds }) => holds(given))),
  )
})

test('-n and --expect count what both filters let through', async () => {
  const [only] = that(({ comm, dport }) => comm === 'Web Content' && dport === 443)
  const args = ['--dport', '443', '--comm', 'Web Content']
  expect(await replayed([...args, '-n', '1'])).toEqual([only])
  const count = that(
    ({ comm, dport, cause }) => comm === 'Web Content' && dport === 443 && cause === 'peer-aborted',
  ).length
  expect(count).toBeGreaterThan(0)
  await replayed([...args, '--expect', `peer-aborted=${count}`])
  expect((await replayHere([FILE, ...args, '--expect', `peer-aborted=${count + 1}`])).exitCode).toBe(4)
})
