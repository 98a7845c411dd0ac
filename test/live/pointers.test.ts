// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { createPointers } from '../../src/live/pointers.ts'
import { observation, type Observation } from '../../src/observation.ts'
import { call, owner, packet, reply, reset, returned, segment, socket, start, state, tick } from '../samples.ts'

const SK = 'ffff888103c48000'
const OTHER = 'ffff888103c49000'
const SKB = 'ffff888100aa0100'

const TRACE: Observation[] = [
  start(),
  packet({ segment: segment({ skb: SKB }), socket: socket({ sk: SK }) }),
  packet({ segment: segment({ skb: SKB }) }),
  state({ sk: OTHER }),
  reset({ segment: segment({ skb: SKB }), socket: socket({ sk: OTHER }) }),
  reset({ segment: null, socket: null }),
  reply({ skb: SKB }),
  owner({ sk: SK }),
  owner({ sk: null }),
  call({ segment: segment({ skb: SKB }), socket: { sk: SK, state: 'LISTEN' } }),
  call({ segment: null, socket: null }),
  returned({ value: `0x${SK}` }),
  returned({ value: `0x${SKB}` }),
  returned({ value: '0xffff888103c4a000' }),
  returned({ value: '0xffffffffffffff91' }),
  returned({ value: '0x1' }),
  returned({ value: 'NULL' }),
  tick(1),
]

const numbered = () => TRACE.map(createPointers())

test('equal addresses have one number, and none is left', () => {
  const text = JSON.stringify(numbered())
  const names = [...text.matchAll(/"(?:sk|skb|value)":"?(\w+)/g)].map(([, name]) => name)
  expect(names.join(' ')).toBe(
    'skb1 sk1 skb1 sk2 skb1 sk2 skb1 sk1 null skb1 sk1 sk1 skb1 sk3 0xffffffffffffff91 0x1 NULL',
  )
  expect(text).not.toContain('ffff8881')
})

const blank = (lines: readonly Observation[]) => JSON.stringify(lines).replaceAll(/"(sk|skb|value)":"\w+"/g, '"$1":""')

test('nothing else changes, and what comes out is an Observation', () => {
  expect(blank(numbered())).toBe(blank(TRACE))
  for (const line of numbered()) expect(observation.parse(line)).toEqual(line)
})
