// SPDX-License-Identifier: MIT
import { firstValueFrom, from, toArray } from 'rxjs'
import { describe, expect, test } from 'vitest'
import type { Entry } from '../../src/host/conntrack.ts'
import { askTables, withNat } from '../../src/live/nat.ts'
import { arrival, at, nat, packet, reset, tick, TUPLE } from '../samples.ts'

const { family, netns, ...original } = nat().tuple
const ENTRY: Entry = { family, netns, original, reply: nat().reply }
const TOLD = nat({ fn: 'proc', at: at(1000) })

describe('the tables', () => {
  test('give what translates a connection, as of the moment of its reset', () => {
    const ask = askTables(
      () => [ENTRY],
      () => 0,
    )
    expect(ask(TUPLE, at(1000))).toEqual([TOLD])
    expect(ask({ ...TUPLE, sport: 1 }, at(1000))).toEqual([])
  })

  test('give what is behind that, too, and end where it goes round', () => {
    const outer: Entry = {
      family,
      netns: 5,
      original: { ...original, dport: 443 },
      reply: { saddr: original.daddr, sport: original.dport, daddr: original.saddr, dport: original.sport },
    }
    expect(
      askTables(
        () => [outer, ENTRY],
        () => 0,
      )(TUPLE, at(1000)).map((one) => one.tuple.dport),
    ).toEqual([32193, 443])
    const round: Entry = {
      family,
      netns,
      original: outer.original,
      reply: { ...ENTRY.reply, sport: 443, saddr: original.daddr },
    }
    expect(
      askTables(
        () => [round, round],
        () => 0,
      )({ ...TUPLE, daddr: original.daddr, dport: 443 }, at(1)).length,
    ).toBeLessThan(5)
  })

  test('are read again after a rest of 20 times as long as it took', () => {
    let [now, times] = [0, 0]
    const read = () => {
      times += 1
      now += 10
      return []
    }
    const ask = askTables(read, () => now)
    for (const [moment, expected] of [
      [0, 1],
      [11, 1],
      [209, 1],
      [211, 2],
      [300, 2],
    ] as const) {
      now = Math.max(now, moment)
      ask(TUPLE, at(1000))
      expect(times).toBe(expected)
    }
  })
})

describe('NAT', () => {
  const ask = askTables(
    () => [ENTRY],
    () => 0,
  )

  test('comes before the reset, so that a filter by the other tuple has it', async () => {
    const given = [packet(), arrival(), reset(), reset({ tuple: { ...TUPLE, sport: 1 } }), tick(1)]
    expect(await firstValueFrom(from(given).pipe(withNat(ask), toArray()))).toEqual([
      packet(),
      TOLD,
      arrival(),
      TOLD,
      reset(),
      reset({ tuple: { ...TUPLE, sport: 1 } }),
      tick(1),
    ])
  })

  test('is not asked where a probe tells', async () => {
    expect(await firstValueFrom(from([reset()]).pipe(withNat(undefined), toArray()))).toEqual([reset()])
  })
})
