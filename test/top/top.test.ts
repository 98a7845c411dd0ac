// SPDX-License-Identifier: MIT
import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { createTally } from '../../src/summary/tally.ts'
import { plainTop } from '../../src/top/plain.ts'
import { press, type Press } from '../../src/top/press.ts'
import { screen, type State } from '../../src/top/screen.ts'
import { FIRST_VIEW, nameOf, rowsOf, TOP_KEYS, type View } from '../../src/top/view.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { at, shown, start, TUPLE, verdict } from '../samples.ts'

const BOOT = { s: 1_795_316_400, ns: 0 }

const owner = (comm: string) => ({ how: 'socket', pid: 1, comm, cgroup: null }) as const
const from = (peer: string, ms: number, over: Partial<Verdict> = {}) =>
  verdict({ at: at(ms), tuple: { ...TUPLE, saddr: peer }, ...over })

const REFUSED = { outcome: 'received', cause: 'connection-refused', who: 'peer-kernel', owner: owner('curl') } as const
const ALL = [
  from('192.0.2.7', 1000),
  from('192.0.2.7', 2000),
  from('192.0.2.8', 3000),
  from('192.0.2.9', 4000, REFUSED),
]

const groupsOf = (verdicts: readonly Verdict[]) => {
  const tally = createTally(TOP_KEYS, { keep: true })
  for (const one of verdicts) tally.see(one, BOOT)
  return tally.groups()
}
const GROUPS = groupsOf(ALL)

/** A view after keys, each a name, or a text that is typed letter by letter behind a colon. */
const after = (keys: readonly string[], view: View = FIRST_VIEW): View | undefined => {
  const pressed = keys.flatMap((key): Press[] =>
    key.startsWith(':') ? Array.from(key.slice(1), (text) => ({ name: text, text })) : [{ name: key, text: '' }],
  )
  return pressed.reduce<View | undefined>((now, key) => (now === undefined ? now : press(now, key, GROUPS)), view)
}
const viewAfter = (...keys: string[]): View => after(keys) ?? expect.fail('it is the end')
const namesAfter = (...keys: string[]) => rowsOf(GROUPS, viewAfter(...keys)).map(nameOf)

const state = (over: Partial<State> = {}): State => ({
  groups: GROUPS,
  view: FIRST_VIEW,
  title: 'Linux 6.12.0',
  message: '',
  paint: false,
  zone: () => 0,
  boot: BOOT,
  ...over,
})
const linesOf = (text: string) => stripVTControlCharacters(text).split('\r\n')
const shownAfter = (...keys: string[]) => linesOf(screen(state({ view: viewAfter(...keys) }), 12, 80))

describe('keys', () => {
  test('sort by count, by last, by name', () => {
    const [unread, refused] = namesAfter()
    expect(unread).toMatch(/^unread-data-on-close /)
    expect(namesAfter('s')).toEqual([refused, unread])
    expect(namesAfter('s', 's')).toEqual([refused, unread])
    expect(namesAfter('s', 's', 's')).toEqual([unread, refused])
  })

  test('count by cause, peer, owner, port', () => {
    expect(namesAfter('b')).toEqual(['192.0.2.7', '192.0.2.8', '192.0.2.9'])
    expect(namesAfter('b', 'b')).toEqual(['nginx', 'curl'])
    expect(namesAfter('b', 'b', 'b')).toEqual(['80'])
    expect(namesAfter('b', 'b', 'b', 'b')).toEqual(namesAfter())
  })

  test('filter by what is typed, q among it', () => {
    expect(namesAfter('b', '/', ':0.2.8')).toEqual(['192.0.2.8'])
    expect(namesAfter('b', '/', ':CURL')).toEqual(['192.0.2.9'])
    expect(namesAfter('/', ':q')).toEqual([])
    expect(viewAfter('/', ':ab', 'backspace', 'return')).toMatchObject({ filter: 'a', typing: false })
    expect(viewAfter('/', ':ab', 'escape')).toMatchObject({ filter: '', typing: false })
    expect(viewAfter('/', ':ab', 'return', 'escape')).toMatchObject({ filter: '' })
  })

  test('no control character is typed', () => {
    expect(press({ ...FIRST_VIEW, typing: true }, { name: '', text: '\u001b[2J' }, GROUPS)?.filter).toBe('')
  })

  test('freeze, and go on', () => {
    const groups = groupsOf(ALL)
    const frozen = press(FIRST_VIEW, { name: 'space', text: ' ' }, groups) ?? FIRST_VIEW
    for (const group of groups) group.count += 100
    expect(rowsOf(groups, frozen).map(({ count }) => count)).toEqual([3, 1])
    const goesOn = press(frozen, { name: 'space', text: ' ' }, groups) ?? FIRST_VIEW
    expect(rowsOf(groups, goesOn).map(({ count }) => count)).toEqual([203, 101])
  })

  test('mark a row, which stays marked where it goes', () => {
    const marked = viewAfter('b', 'down').marked
    expect(marked).toBe('192.0.2.8')
    expect(viewAfter('b', 'down', 's').marked).toBe(marked)
    expect(viewAfter('b', 'pagedown').marked).toBe('192.0.2.9')
    expect(viewAfter('b', 'pagedown', 'up', 'home').marked).toBe('192.0.2.7')
  })

  test('open one, move in it, and back', () => {
    expect(viewAfter('return').open).toBe(0)
    expect(viewAfter('return', 'down', 'down', 'up').open).toBe(1)
    expect(viewAfter('return', 'down', 'escape').open).toBeNull()
    expect(viewAfter('/', ':nothing', 'return', 'return').open).toBeNull()
  })

  test.each([[['q']], [['ctrl-c']], [['/', 'ctrl-c']], [['return', 'q']]])('%j is the end', (keys) => {
    expect(after(keys)).toBeUndefined()
  })
})

describe('the screen', () => {
  test('has the totals, how they are counted, the table, the keys', () => {
    expect(shownAfter()).toMatchInlineSnapshot(`
      [
        "4 resets: 3 sent, 1 received, 0 ignored   Linux 6.12.0",
        "by cause, sorted by count",
        "COUNT OUT  CAUSE                WHO         SURE    TOP OWNER TOP PEER",
        "    3 sent unread-data-on-close local-app   certain nginx (3) 192.0.2.7 (2)",
        "    1 recv connection-refused   peer-kernel certain curl (1)  192.0.2.9 (1)",
        "",
        "",
        "",
        "",
        "",
        "",
        "q quit   s sort   b by   / filter   Space freeze   Enter open",
      ]
    `)
  })

  test('by peer', () => {
    expect(shownAfter('b', '/', ':0.2').slice(0, 6)).toMatchInlineSnapshot(`
      [
        "4 resets: 3 sent, 1 received, 0 ignored   Linux 6.12.0",
        "by peer, sorted by count   filter: 0.2_",
        "COUNT PEER      TOP CAUSE                LAST",
        "    2 192.0.2.7 unread-data-on-close (2) 03:00:02",
        "    1 192.0.2.8 unread-data-on-close (1) 03:00:03",
        "    1 192.0.2.9 connection-refused (1)   03:00:04",
      ]
    `)
  })

  test('opens the last verdict of a row', () => {
    const lines = shownAfter('return')
    expect(lines.slice(2, 6)).toMatchInlineSnapshot(`
      [
        "the last of 3, 2026-11-22, UTC",
        "03:00:03 192.0.2.1:80          > 192.0.2.8:40000       unread-data-on-close",
        "         nginx[812] closed it in ESTABLISHED, 17 bytes unread; certain",
        "         sent by this host at 03:00:03.000000000; local-app; closer nginx[812];",
      ]
    `)
    expect(shownAfter('return', 'down', 'down').slice(2, 4)).toEqual(lines.slice(4, 6))
  })

  test('says that it is frozen, and the last warning', () => {
    expect(shownAfter('space')[1]).toContain('FROZEN')
    expect(linesOf(screen(state({ message: 'warning: \u001b[2J' }), 12, 80))[1]).toContain('warning: \\x1b[2J')
  })

  const many = groupsOf(Array.from({ length: 60 }, (_, i) => from(`192.0.2.${i}`, i, { owner: owner(`名前${i}`) })))
  test.each([
    [1, 1],
    [2, 10],
    [5, 20],
    [24, 80],
    [50, 200],
  ])('fits %i rows and %i columns, whatever is shown', (rows, columns) => {
    for (const keys of [[], ['b'], ['b', 'b'], ['return'], ['/', ':x'], ['b', 'pagedown', 'pagedown']]) {
      const lines = linesOf(screen(state({ groups: many, view: viewAfter(...keys), paint: true }), rows, columns))
      expect(lines.length).toBe(rows)
      expect(lines.filter((line) => stringWidth(line) > columns)).toEqual([])
    }
  })

  test('shows the row that is marked, however many there are', () => {
    for (const marked of ['192.0.2.0', '192.0.2.30', '192.0.2.59']) {
      const view = { ...FIRST_VIEW, by: 'peer', marked } as const
      const [line] = screen(state({ groups: many, view }), 12, 80)
        .split('\r\n')
        .filter((one) => one.includes('\u001b[7m'))
      expect(line).toContain(`${marked} `)
    }
  })

  test('colours by outcome when asked', () => {
    expect(screen(state({ paint: true }), 12, 80)).toContain('\u001b[33m')
    expect(screen(state(), 12, 80)).not.toContain('\u001b[33m')
  })
})

const printed = (interval: number) => {
  const sink = plainTop(interval)(shown())
  const begun = start({ boot: BOOT })
  return [
    sink.start(begun),
    ...ALL.slice(0, 2).map((one) => sink.verdict(one, begun)),
    sink.tick?.(at(20_000), begun),
    sink.tick?.(at(30_000), begun),
    ...ALL.slice(2).map((one) => sink.verdict(one, begun)),
    sink.end(begun),
  ].join('')
}

describe('for a pipe', () => {
  test('the table after each interval with a reset, and at the end', () => {
    expect(printed(5)).toMatchInlineSnapshot(`
      "2026-11-22 03:00:02
      COUNT OUT  CAUSE                WHO       SURE    TOP OWNER TOP PEER
          2 sent unread-data-on-close local-app certain nginx (2) 192.0.2.7 (2)

      2026-11-22 03:00:04
      COUNT OUT  CAUSE                WHO         SURE    TOP OWNER TOP PEER
          3 sent unread-data-on-close local-app   certain nginx (3) 192.0.2.7 (2)
          1 recv connection-refused   peer-kernel certain curl (1)  192.0.2.9 (1)

      "
    `)
  })

  test('an interval is of event time', () => {
    expect(printed(1).match(/COUNT/g)).toHaveLength(4)
    expect(printed(100).match(/COUNT/g)).toHaveLength(1)
  })
})
