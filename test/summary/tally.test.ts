// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { causeRows, causeTable, END_KEYS } from '../../src/summary/byCause.ts'
import { ending } from '../../src/summary/ending.ts'
import { rollUp, topOf } from '../../src/summary/rollUp.ts'
import { summarySink } from '../../src/summary/sink.ts'
import { createTally, isKey, KEYS, OTHERS, type Key } from '../../src/summary/tally.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { at, shown, start, TUPLE, verdict } from '../samples.ts'

const BOOT = { s: 1_795_316_400, ns: 999_999_999 }

const owner = (comm: string) => ({ how: 'socket', pid: 1, comm, cgroup: null }) as const
const from = (peer: string, over: Partial<Verdict> = {}) => verdict({ tuple: { ...TUPLE, saddr: peer }, ...over })
const KILLED = { cause: 'socket-killed', who: 'local-admin' } as const

const tallied = (verdicts: readonly Verdict[], keys: readonly Key[] = END_KEYS, most?: number) => {
  const tally = createTally(keys, most === undefined ? {} : { most })
  for (const one of verdicts) tally.see(one, BOOT)
  return tally.groups()
}

describe('groups', () => {
  test('have how many, the first and the last, since 1970', () => {
    expect(
      tallied([verdict({ at: at(2000) }), verdict({ at: at(1000) }), verdict({ at: at(3000) })], ['cause']),
    ).toEqual([
      {
        values: { cause: 'unread-data-on-close' },
        count: 3,
        first: { s: BOOT.s + 1, ns: BOOT.ns },
        last: { s: BOOT.s + 3, ns: BOOT.ns },
        latest: undefined,
      },
    ])
    const [{ first } = { first: null }] = tallied([verdict({ at: at(1.5) })], ['cause'])
    expect(first).toEqual({ s: BOOT.s + 1, ns: 1_499_999 })
  })

  test('are no more than they may be: those of many values are others then, and causes are told apart still', () => {
    const peers = Array.from({ length: 100 }, (_, i) => from(`192.0.2.${i}`, i % 2 === 0 ? {} : KILLED))
    const groups = tallied(peers, ['cause', 'peer'], 10)
    expect(groups).toHaveLength(12)
    expect(groups.slice(10).map(({ values, count }) => ({ ...values, count }))).toEqual([
      { cause: 'unread-data-on-close', peer: OTHERS, count: 45 },
      { cause: 'socket-killed', peer: OTHERS, count: 45 },
    ])
  })

  test('no verdict is lost, whatever the room and the keys', () => {
    const key = fc.constantFrom(...Object.keys(KEYS).filter(isKey))
    const peers = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 60 })
    fc.assert(
      fc.property(fc.uniqueArray(key, { minLength: 1 }), peers, fc.integer({ min: 0, max: 20 }), (keys, list, most) => {
        const groups = tallied(
          list.map((peer) => from(`192.0.2.${peer}`)),
          keys,
          most,
        )
        const rows = rollUp(groups, keys.slice(0, 1))
        expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(list.length)
      }),
    )
  })
})

describe('rows', () => {
  test('are summed up by fewer keys, the most frequent first', () => {
    const groups = tallied([from('192.0.2.9', KILLED), from('192.0.2.7'), from('192.0.2.8'), from('192.0.2.7')])
    expect(rollUp(groups, ['cause']).map(({ values, count }) => [values.cause, count])).toEqual([
      ['unread-data-on-close', 3],
      ['socket-killed', 1],
    ])
    expect(rollUp(groups, ['cause']).map((row) => topOf(row, 'peer'))).toEqual([
      { value: '192.0.2.7', count: 2 },
      { value: '192.0.2.9', count: 1 },
    ])
  })

  test('no top is named where those not told apart may be more', () => {
    const peers = [from('192.0.2.7'), from('192.0.2.7'), from('192.0.2.8'), from('192.0.2.9')]
    const topIn = (most: number) =>
      rollUp(tallied(peers, ['cause', 'peer'], most), ['cause']).map((row) => topOf(row, 'peer'))
    expect(topIn(2)).toEqual([{ value: '192.0.2.7', count: 2 }])
    expect(topIn(0)).toEqual([null])
  })
})

const MANY = [
  ...Array.from({ length: 3 }, () => from('198.51.100.77', { cause: 'no-socket', who: 'local-kernel', owner: null })),
  from('198.51.100.2', { owner: owner('nginx') }),
  from('198.51.100.3', { owner: owner('nginx') }),
  ...Array.from({ length: 4 }, () =>
    from('192.0.2.1', { outcome: 'ignored', cause: 'ignored-no-socket', who: 'unknown', owner: null }),
  ),
]

describe('the end of a run', () => {
  const here = { width: 80, watched: false }

  test('more than one cause: a table, and what to read about what was not ignored', () => {
    expect(ending(tallied(MANY), here)).toMatchInlineSnapshot(`
      [
        "COUNT OUT  CAUSE                WHO          SURE    TOP OWNER TOP PEER",
        "    4 ign. ignored-no-socket    unknown      certain -         192.0.2.1 (4)",
        "    3 sent no-socket            local-kernel certain -         198.51.100.77 (3)",
        "    2 sent unread-data-on-close local-app    certain nginx (2) 198.51.100.2 (1)",
        "next: trace-reset causes no-socket",
      ]
    `)
  })

  test('one reset or two before a person: a hint', () => {
    const hint = ['hint: trace-reset causes unread-data-on-close']
    expect(ending(tallied([verdict()]), { ...here, watched: true })).toEqual(hint)
    expect(ending(tallied([verdict(), verdict()]), { ...here, watched: true })).toEqual(hint)
    expect(ending(tallied([verdict(), verdict(), verdict()]), { ...here, watched: true })).toEqual([])
    expect(ending(tallied([verdict()]), here)).toEqual([])
    expect(ending(tallied([]), { ...here, watched: true })).toEqual([])
  })

  test('one cause of two kinds of confidence is one cause', () => {
    expect(ending(tallied([verdict(), verdict({ confidence: 'likely' })]), here)).toEqual([])
  })

  test('on a narrow page without WHO; names control no terminal', () => {
    const rows = causeRows(tallied([...MANY, verdict({ owner: owner('\u001b[2J') })]))
    const [headings = '', ...lines] = causeTable(rows, 70)
    expect(headings).not.toContain('WHO')
    expect(causeTable(rows, 90)[0]).toContain('WHO')
    expect(lines.join('')).not.toContain('\u001b')
    expect(Math.max(...[headings, ...lines].map(({ length }) => length))).toBeLessThanOrEqual(73)
  })
})

const text = (format: 'table' | 'json' | 'csv', keys: readonly Key[]) => {
  const sink = summarySink(keys, format)(shown({ zone: () => 60 }))
  const begun = start({ boot: BOOT })
  return [sink.start(begun), ...MANY.map((one) => sink.verdict(one, begun)), sink.end(begun)].join('')
}

describe('--summary', () => {
  test('table', () => {
    expect(text('table', ['cause', 'lport'])).toMatchInlineSnapshot(`
      "COUNT CAUSE                LPORT FIRST (UTC+01:00)   LAST
          4 ignored-no-socket    80    2026-11-22 04:00:01 2026-11-22 04:00:01
          3 no-socket            80    2026-11-22 04:00:01 2026-11-22 04:00:01
          2 unread-data-on-close 80    2026-11-22 04:00:01 2026-11-22 04:00:01
      "
    `)
  })

  test('json', () => {
    expect(text('json', ['owner', 'outcome'])).toMatchInlineSnapshot(`
      "{"owner":null,"outcome":"ignored","count":4,"first":"2026-11-22T03:00:01.999999999Z","last":"2026-11-22T03:00:01.999999999Z"}
      {"owner":null,"outcome":"sent","count":3,"first":"2026-11-22T03:00:01.999999999Z","last":"2026-11-22T03:00:01.999999999Z"}
      {"owner":"nginx","outcome":"sent","count":2,"first":"2026-11-22T03:00:01.999999999Z","last":"2026-11-22T03:00:01.999999999Z"}
      "
    `)
  })

  test('csv', () => {
    expect(text('csv', ['cause', 'owner', 'peer'])).toMatchInlineSnapshot(`
      "cause,owner,peer,count,first,last
      ignored-no-socket,,192.0.2.1,4,2026-11-22T03:00:01.999999999Z,2026-11-22T03:00:01.999999999Z
      no-socket,,198.51.100.77,3,2026-11-22T03:00:01.999999999Z,2026-11-22T03:00:01.999999999Z
      unread-data-on-close,nginx,198.51.100.2,1,2026-11-22T03:00:01.999999999Z,2026-11-22T03:00:01.999999999Z
      unread-data-on-close,nginx,198.51.100.3,1,2026-11-22T03:00:01.999999999Z,2026-11-22T03:00:01.999999999Z
      "
    `)
  })

  test('a name of a task is no formula and no escape', () => {
    const hostile = verdict({ owner: owner('=\u001b[2J",') })
    for (const format of ['table', 'json', 'csv'] as const) {
      const sink = summarySink(['owner'], format)(shown())
      sink.verdict(hostile, start())
      expect(sink.end(start())).not.toMatch(/\p{Cc}(?<!\n)|^=/mu)
    }
  })
})
