// SPDX-License-Identifier: MIT
import type { Outcome } from '../verdict/cause.ts'
import type { Element } from './markup.ts'

/** A reset on the line of time: ms since 1970, and what it was. */
export type Mark = { at: number; outcome: Outcome }

type Bar = Readonly<Record<Outcome, number>> & { from: number; to: number }

const WIDTH = 1200
const HEIGHT = 72
const BARS = 120
const SHORTEST_MS = 60_000
const OUTCOMES: readonly Outcome[] = ['sent', 'received', 'ignored']

/** Resets over time as stacked bars, `BARS` of equal length; each has its span in ms for the page's script. */
export const timeline = (marks: readonly Mark[]): Element => {
  const bars = barsOf(marks)
  const most = Math.max(...bars.map(total))
  const [begin, end] = [bars[0]?.from ?? 0, bars.at(-1)?.to ?? 0]
  const peak = `at most ${most} in ${spanOf((end - begin) / BARS)}`
  const clock = clockOf(begin, end)
  return [
    'div',
    { class: 'timeline' },
    ['p', { class: 'peak' }, peak],
    [
      'svg',
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        preserveAspectRatio: 'none',
        role: 'img',
        'aria-label': `${marks.length} resets from ${clock(begin)} to ${clock(end)} UTC, ${peak}`,
      },
      ...bars.flatMap((bar, index) => (total(bar) === 0 ? [] : [column(bar, index, most, clock)])),
    ],
    [
      'p',
      { class: 'ticks' },
      ...[0, 0.25, 0.5, 0.75, 1].map((part): Element => ['span', {}, clock(begin + (end - begin) * part)]),
    ],
  ]
}

const barsOf = (marks: readonly Mark[]): Bar[] => {
  const first = Math.floor(marks.reduce((least, { at }) => Math.min(least, at), Infinity))
  const end = Math.floor(marks.reduce((most, { at }) => Math.max(most, at), -Infinity)) + 1
  // What was over in a moment is drawn in the middle of a minute.
  const span = Math.max(end - first, SHORTEST_MS)
  const begin = span > SHORTEST_MS ? first : Math.floor((first + end - span) / 2)
  const edge = (index: number) => Math.floor(begin + (span * index) / BARS)
  const bars = Array.from({ length: BARS }, (_, index) => ({
    sent: 0,
    received: 0,
    ignored: 0,
    from: edge(index),
    to: edge(index + 1),
  }))
  for (const { at, outcome } of marks) {
    const bar = bars.find(({ to }) => at < to) ?? bars.at(-1)
    if (bar !== undefined) bar[outcome] += 1
  }
  return bars
}

const total = ({ sent, received, ignored }: Bar) => sent + received + ignored

const column = (bar: Bar, index: number, most: number, clock: (ms: number) => string): Element => {
  const step = WIDTH / BARS
  let y = HEIGHT
  const parts = OUTCOMES.filter((outcome) => bar[outcome] > 0).map((outcome): Element => {
    const height = Math.max(3, Math.round((bar[outcome] / most) * (HEIGHT - 4)))
    y -= height
    return ['rect', { class: outcome, x: index * step + 1, y, width: step - 2, height }]
  })
  return [
    'g',
    { class: 'bar', 'data-from': bar.from, 'data-to': bar.to },
    ['title', {}, `${total(bar)} from ${clock(bar.from)}`],
    ['rect', { class: 'reach', x: index * step, y: 0, width: step, height: HEIGHT }],
    ...parts,
  ]
}

const iso = (ms: number) => new Date(ms).toISOString()

// With the day where there is more than one.
const clockOf = (begin: number, end: number) => {
  const oneDay = iso(begin).slice(0, 10) === iso(end).slice(0, 10)
  return (ms: number) => (oneDay ? iso(ms).slice(11, 19) : iso(ms).slice(5, 16).replace('T', ' '))
}

const spanOf = (ms: number) => {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${Math.round(ms / 100) / 10} s`
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 360_000) / 10} h`
}
