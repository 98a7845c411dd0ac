// SPDX-License-Identifier: MIT
import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { localTime } from '../../src/format/clock.ts'
import { table } from '../../src/format/table.ts'
import type { Shown } from '../../src/format/sink.ts'
import { CAUSES, isCause } from '../../src/verdict/causes.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { at, shown, start, TUPLE, verdict } from '../samples.ts'

const START = start({ boot: { s: 1_795_316_400, ns: 1 } })

const lines = (verdicts: readonly Verdict[], over: Partial<Shown> = {}) => {
  const sink = table(shown(over))
  const text = [sink.start(START), ...verdicts.map((one) => sink.verdict(one, START)), sink.end(START)].join('')
  return text.split('\n').slice(0, -1)
}
const text = (verdicts: readonly Verdict[], over: Partial<Shown> = {}) => `${lines(verdicts, over).join('\n')}\n`

const REFUSED = verdict({
  at: at(2500.000001),
  outcome: 'received',
  cause: 'connection-refused',
  who: 'peer-kernel',
  confidence: 'likely',
  state: 'SYN_SENT',
  owner: { how: 'socket', pid: 813, comm: 'curl', cgroup: null },
  why: 'refused by the peer or a box before it',
})
const LONG = {
  family: 6,
  saddr: '2001:db8:1234:5678:9abc:def0:1234:5678',
  sport: 65535,
  daddr: '2001:db8:8765:4321:fedc:ba98:7654:3210',
  dport: 65534,
  netns: 4294967295,
} as const
const WIDEST = verdict({
  tuple: LONG,
  owner: { how: 'closer', pid: 4194304, comm: 'fifteen-letters', cgroup: null },
  state: 'NEW_SYN_RECV',
  why: 'fifteen-letters[4194304] closed it in NEW_SYN_RECV, 9999 bytes unread',
  because: ['word '.repeat(60).trim()],
})

const tooLong = (one: Verdict, over: Partial<Shown>) =>
  lines([one], over).filter((line) => stringWidth(line) > (over.width ?? 80))

const column = (line: string) => stringWidth(line.slice(0, line.indexOf('ESTABLISHED')))

const from = (peer: number, ms: number, over: Partial<Verdict> = {}) =>
  verdict({ at: at(ms), tuple: { ...TUPLE, saddr: `192.0.2.${peer}`, sport: 40_000 + ms }, ...over })

test('two lines a verdict: who, which way, the cause; why and how sure', () => {
  const ignored = verdict({ outcome: 'ignored', cause: 'ignored-listener', owner: null, why: 'of no handshake' })
  const unknown = verdict({ cause: 'unknown', confidence: 'unknown', owner: null, why: 'not known: events were lost' })
  expect(text([verdict(), REFUSED, ignored, unknown])).toMatchInlineSnapshot(`
    "TIME     LOCAL                   PEER                  CAUSE
    2026-11-22, UTC
    03:00:01 192.0.2.1:80          > 192.0.2.2:40000       unread-data-on-close
             nginx[812] closed it in ESTABLISHED, 17 bytes unread; certain
    03:00:02 192.0.2.1:80          < 192.0.2.2:40000       connection-refused
             refused by the peer or a box before it; ours: curl[813]; likely
    03:00:01 192.0.2.1:80          x 192.0.2.2:40000       ignored-listener
             of no handshake; certain
    03:00:01 192.0.2.1:80          > 192.0.2.2:40000       unknown
             not known: events were lost
    "
  `)
})

test('with the evidence', () => {
  expect(text([REFUSED], { detail: 'verbose' })).toMatchInlineSnapshot(`
    "TIME     LOCAL                   PEER                  CAUSE
    2026-11-22, UTC
    03:00:02 192.0.2.1:80          < 192.0.2.2:40000       connection-refused
             refused by the peer or a box before it; ours: curl[813]; likely
             received at 03:00:02.500000002; peer-kernel; socket curl[813]; state
             SYN_SENT; netns 4026531840
             - tcp_send_active_reset ran in close() by nginx[812]
             - 17 bytes of the peer were unread
    "
  `)
})

test('the heads alone', () => {
  expect(text([verdict(), REFUSED], { detail: 'quiet' })).toMatchInlineSnapshot(`
    "TIME     LOCAL                   PEER                  CAUSE
    2026-11-22, UTC
    03:00:01 192.0.2.1:80          > 192.0.2.2:40000       unread-data-on-close
    03:00:02 192.0.2.1:80          < 192.0.2.2:40000       connection-refused
    "
  `)
})

test('one line with everything; a longer address widens its column from there on', () => {
  expect(text([verdict(), { ...REFUSED, tuple: LONG }, REFUSED], { detail: 'wide' })).toMatchInlineSnapshot(`
    "TIME         LOCAL                   PEER                  CAUSE                  SURE    OWNER                    CONTAINER                STATE        REASON                   NETNS      WHY
    2026-11-22, UTC
    03:00:01.000 192.0.2.1:80          > 192.0.2.2:40000       unread-data-on-close   certain nginx[812]               -                        ESTABLISHED  -                        4026531840 nginx[812] closed it in ESTABLISHED, 17 bytes unread
    03:00:02.500 [2001:db8:8765:4321:fedc:ba98:7654:3210]:65534 < [2001:db8:1234:5678:9abc:def0:1234:5678]:65535 connection-refused     likely  curl[813]                -                        SYN_SENT     -                        4294967295 refused by the peer or a box before it
    03:00:02.500 192.0.2.1:80                                   < 192.0.2.2:40000                                connection-refused     likely  curl[813]                -                        SYN_SENT     -                        4026531840 refused by the peer or a box before it
    "
  `)
})

test('an address that is long takes a second line, and breaks no column', () => {
  expect(text([{ ...REFUSED, tuple: LONG }, { ...REFUSED, tuple: { ...LONG, saddr: '2001:db8::1' } }, REFUSED]))
    .toMatchInlineSnapshot(`
    "TIME     LOCAL                   PEER                  CAUSE
    2026-11-22, UTC
    03:00:02 [2001:db8:8765:4321:fedc:ba98:7654:3210]:65534
           < [2001:db8:1234:5678:9abc:def0:1234:5678]:65535 connection-refused
             refused by the peer or a box before it; ours: curl[813]; likely
    03:00:02 [2001:db8:8765:4321:fedc:ba98:7654:3210]:65534
           < [2001:db8::1]:65535                           connection-refused
             refused by the peer or a box before it; ours: curl[813]; likely
    03:00:02 192.0.2.1:80          < 192.0.2.2:40000       connection-refused
             refused by the peer or a box before it; ours: curl[813]; likely
    "
  `)
})

test('a head alone is one line, however long', () => {
  expect(lines([WIDEST, REFUSED], { detail: 'quiet' })).toHaveLength(2 + 2)
})

test('a narrow page', () => {
  expect(text([REFUSED], { width: 60 })).toMatchInlineSnapshot(`
    "TIME     LOCAL
             PEER                  CAUSE
    2026-11-22, UTC
    03:00:02 192.0.2.1:80
           < 192.0.2.2:40000       connection-refused
             refused by the peer or a box before it; ours:
             curl[813]; likely
    "
  `)
})

test('a wide page has one line, of as many columns as it has room for', () => {
  const [headings = '', , line = ''] = lines([REFUSED], { width: 160 })
  expect(headings).not.toContain('OWNER')
  expect(line).toContain('; ours: curl[813]')
  expect(lines([REFUSED], { width: 186 })[0]).toContain('OWNER')
  for (const width of [150, 160, 186, 199, 300]) {
    const longest = Math.max(
      ...lines([REFUSED, { ...verdict(), owner: REFUSED.owner, why: 'w'.repeat(43) }], { width }).map(
        (one) => one.length,
      ),
    )
    expect(longest).toBeLessThanOrEqual(width)
  }
})

describe('no line is longer than the page', () => {
  const causes = Object.keys(CAUSES).filter(isCause)
  test.each(causes)('%s', (cause) => {
    const one = { ...WIDEST, cause, who: CAUSES[cause].who }
    for (const detail of ['brief', 'verbose'] as const) expect(tooLong(one, { detail })).toEqual([])
    expect(tooLong({ ...one, tuple: TUPLE }, { width: 60, detail: 'verbose' })).toEqual([])
  })

  test.each([
    ['control characters', '\u009b'.repeat(15)],
    ['wide characters', '名'.repeat(5)],
  ])('with a name full of %s', (_, comm) => {
    const owner = { how: 'closer', pid: 812, comm, cgroup: null } as const
    const one = { ...WIDEST, owner, why: `${comm}[812] closed it`, because: [`${comm} ${comm} closed`] }
    expect(tooLong(one, { detail: 'verbose' })).toEqual([])
  })
})

test('a wide character of a name moves no column', () => {
  const owner = { how: 'closer', pid: 812, comm: '名前', cgroup: null } as const
  const [first = '', second = ''] = lines([verdict({ owner }), verdict()], { detail: 'wide' }).slice(2)
  expect(column(first)).toBe(column(second))
})

test.each([
  ['sent', '\u001b[35m'],
  ['received', '\u001b[33m'],
  ['ignored', '\u001b[2m'],
] as const)('%s has its colour when asked, and only then', (outcome, colour) => {
  for (const detail of ['brief', 'wide'] as const)
    expect(text([verdict({ outcome })], { paint: true, detail })).toContain(`${colour}unread-data-on-close`)
  expect(text([verdict({ outcome })])).not.toContain('\u001b')
})

test('the columns are the same with colours and without', () => {
  for (const detail of ['brief', 'quiet', 'wide'] as const) {
    const painted = lines([verdict(), REFUSED], { paint: true, detail })
    expect(painted.map((line) => stripVTControlCharacters(line))).toEqual(lines([verdict(), REFUSED], { detail }))
  }
})

test('each cause is explained once, below its first verdict', () => {
  const shownLines = lines([verdict(), verdict(), REFUSED], { explain: true })
  const begins = shownLines.flatMap((line, index) => (/^\d\d:/.test(line) ? [index] : []))
  const of = (from: number) => shownLines.slice(begins[from], begins[from + 1]).join('\n')
  expect(begins.map((_, from) => /Usually:\n.*\n[^]*Next:\n {11}- /.test(of(from)))).toEqual([true, false, true])
  expect(of(1)).toBe(of(0).slice(0, of(1).length))
})

describe('the time is that of the zone', () => {
  test('with the day, and again when the day or the zone changes', () => {
    // 23:30 of a day in UTC, in a place where clocks go back by one hour at 01:00 of the next.
    const begin = 1_795_303_800
    const zone = (seconds: number) => (seconds < begin + 3600 ? 60 : 0)
    const sink = table(shown({ zone, detail: 'quiet' }))
    const head = start({ boot: { s: begin, ns: 0 } })
    const times = [1000, 1_900_000, 3_700_000].map((ms) => sink.verdict(verdict({ at: at(ms) }), head).toString())
    const all = [sink.start({ ...head, at: at(0) }).toString(), ...times].join('').split('\n').slice(1, -1)
    expect(all.map((line) => (/^\d\d:/.test(line) ? line.slice(0, 8) : line))).toMatchInlineSnapshot(`
      [
        "2026-11-22, UTC+01:00",
        "00:30:01",
        "01:01:40",
        "2026-11-22, UTC",
        "00:31:40",
      ]
    `)
  })

  test.each([
    [0, 'UTC'],
    [-0, 'UTC'],
    [60, 'UTC+01:00'],
    [-570, 'UTC-09:30'],
    [765, 'UTC+12:45'],
  ])('%i minutes before UTC', (minutes, name) => {
    expect(lines([verdict()], { zone: () => minutes })[1]).toMatch(
      new RegExp(`^\\d{4}-\\d\\d-\\d\\d, ${name.replace('+', '\\+')}$`),
    )
  })
})

test('a day of which nothing is shown has no line', () => {
  const sink = table(shown())
  const [first, second] = [start({ at: at(0) }), start({ at: at(86_400_000) })]
  const all = [sink.start(first), sink.start(second), sink.verdict(verdict({ at: at(86_400_001) }), second)].join('')
  expect(all.match(/^\d{4}-.*$/gm)).toEqual([localTime(at(86_400_001), second.boot, shown().zone).day])
})

test('of several recordings there is one head', () => {
  const sink = table(shown())
  expect(sink.start(START)).toMatch(/^TIME /)
  expect(sink.start(START)).toBe('')
})

describe('before a person', () => {
  test('what comes again has its head alone', () => {
    const all = [from(2, 1000), from(2, 2000), from(3, 3000), from(2, 4000, { cause: 'linger-zero' })]
    const heads = (over: Partial<Shown>) => lines(all, over).filter((line) => /^\d\d:/.test(line)).length
    expect(heads({ watched: true })).toBe(4)
    expect(lines(all, { watched: true })).toHaveLength(2 + 4 + 3)
    expect(lines(all)).toHaveLength(2 + 4 + 4)
  })

  test('more than ten in a second are counted, by cause and peer', () => {
    const flood = Array.from({ length: 50 }, (_, i) => from(i % 5 < 3 ? 7 : 10 + (i % 5), 1000 + i))
    const all = [...flood, from(2, 1900, { cause: 'no-listener' }), from(3, 2100)]
    expect(lines(all, { watched: true, detail: 'quiet' }).slice(11)).toMatchInlineSnapshot(`
      [
        "03:00:01 192.0.2.1:80          > 192.0.2.14:41009      unread-data-on-close",
        "         ... 40 more unread-data-on-close, 24 of them from 192.0.2.7, 2 other",
        "         peers",
        "         ... 1 more no-listener, from 192.0.2.2",
        "03:00:02 192.0.2.1:80          > 192.0.2.3:42100       unread-data-on-close",
      ]
    `)
    expect(lines(all, { detail: 'quiet' })).toHaveLength(2 + 52)
  })

  test('the count comes with the next verdict, with the time, or at the end', () => {
    const sink = table(shown({ watched: true }))
    const flood = Array.from({ length: 12 }, (_, i) => sink.verdict(from(2, 1000 + i), START))
    expect(flood.slice(10)).toEqual(['', ''])
    expect(sink.tick?.(at(1999), START)).toBe('')
    expect(sink.tick?.(at(2000), START)).toBe('         ... 2 more unread-data-on-close, from 192.0.2.2\n')
    expect(sink.end(START)).toBe('')
  })
})
