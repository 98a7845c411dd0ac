// SPDX-License-Identifier: MIT
import type { Child, Element } from './markup.ts'
import type { Item, Lane, LaneId, Sequence } from './sequence.ts'

const WIDTH = 760
const GUTTER = 92
const HEAD = 46
const ROW = 40

/** Where things are: the middle of a lane, and the height of an item. */
type Place = { of: (lane: LaneId) => number; row: (index: number) => number }

/** A sequence as SVG, of classes that style/sequence.css paints. Text is text: nothing in it is markup. */
export const drawing = ({ lanes, items, left }: Sequence): Element => {
  const gap = (WIDTH - GUTTER) / lanes.length
  const place: Place = {
    of: (id) => Math.round(GUTTER + gap * (lanes.findIndex((lane) => lane.id === id) + 0.5)),
    row: (index) => HEAD + ROW * index + 30,
  }
  const height = place.row(items.length - 1) + 24
  return [
    'svg',
    { viewBox: `0 0 ${WIDTH} ${height}`, class: 'sequence' },
    ...lanes.map((lane) => life(lane, place, height)),
    ...(left === 0 ? [] : [text(8, HEAD - 2, 'when', `${left} earlier not drawn`)]),
    ...items.flatMap((item, index) => [
      text(GUTTER - 12, place.row(index) + 4, 'when', item.when),
      one(item, place, place.row(index)),
    ]),
  ]
}

const life = ({ id, title, note }: Lane, { of }: Place, height: number): Element => [
  'g',
  { class: `lane ${id}` },
  ['path', { class: 'life', d: `M${of(id)} ${HEAD}V${height - 4}` }],
  text(of(id), 16, 'title', title),
  text(of(id), 33, 'note', note),
]

const one = (item: Item, place: Place, y: number): Element => {
  if (item.kind === 'note') {
    const x = place.of(item.on)
    // Beside the last lane there is room to its left only.
    const [side, beside] = x > WIDTH - 160 ? ([' left', x - 10] as const) : (['', x + 10] as const)
    return [
      'g',
      { class: `item note${side}` },
      ['circle', { cx: x, cy: y, r: 3.5 }],
      text(beside, y + (item.detail === '' ? 4 : -2), 'label', item.label),
      ...(item.detail === '' ? [] : [text(beside, y + 12, 'fine', item.detail)]),
    ]
  }
  const [from, to] = [place.of(item.from), place.of(item.to)]
  const way = Math.sign(to - from)
  const middle = (from + to) / 2
  return [
    'g',
    { class: `item ${item.look}` },
    ['path', { class: 'way', d: `M${from} ${y}H${to - way * 3}` }],
    ['path', { class: 'head', d: tip(to, y, way, item.look === 'ignored') }],
    text(middle, y - 6, 'label', item.label),
    ...(item.detail === '' ? [] : [text(middle, y + 13, 'fine', item.detail)]),
  ]
}

// The head of an arrow; a cross before the line that it does not reach to effect.
const tip = (x: number, y: number, way: number, crossed: boolean) =>
  crossed
    ? `M${x - way * 12} ${y - 5}l10 10m0 -10l-10 10`
    : `M${x - way * 10} ${y - 5}L${x - way} ${y}L${x - way * 10} ${y + 5}`

const text = (x: number, y: number, name: string, content: Child): Element => ['text', { x, y, class: name }, content]
