// SPDX-License-Identifier: MIT
// A verdict in one line, for pages of 150 columns and more.
import { containerOf, containerText } from '../flow/container.ts'
import { endpoint } from '../flow/tuple.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { coloured } from './colour.ts'
import { ENDPOINT, SIGNS } from './head.ts'
import { natText } from './nat.ts'
import { ownerText, sentence } from './sentence.ts'
import { padded, printable } from './text.ts'

/** A page is wide from here on. */
export const WIDE = 150

/** Columns of the time, to the second where there is no room for milliseconds. */
const SECONDS = 8
const MILLISECONDS = 12

/** Room for the sentence, which is last. */
const WHY = 70

/** What goes between the confidence and the sentence where there is room, the most telling first. */
const EXTRAS = [
  { name: 'OWNER', width: 24, value: ({ owner }: Verdict) => ownerText(owner) },
  { name: 'CONTAINER', width: 24, value: ({ owner }: Verdict) => containerText(containerOf(owner)) },
  { name: 'STATE', width: 12, value: ({ state }: Verdict) => state ?? '-' },
  { name: 'REASON', width: 24, value: ({ resetReason, dropReason }: Verdict) => resetReason ?? dropReason ?? '-' },
  { name: 'NETNS', width: 10, value: ({ tuple }: Verdict) => String(tuple.netns) },
] as const

/** The lines of one run; `width` Infinity has every column. An endpoint longer than those before it widens its column. */
export const createWide = (width: number) => {
  const clock = width < WIDE + 10 ? SECONDS : MILLISECONDS
  let ends = ENDPOINT
  const fixed = () => clock + 1 + ends + 3 + ends + 1 + 22 + 1 + 7 + 1
  const extras = () => {
    let room = width - fixed() - WHY
    return EXTRAS.filter((extra) => (room -= extra.width + 1) >= 0)
  }
  const line = (time: string, local: string, sign: string, peer: string, cells: readonly string[], why: string) =>
    `${padded(time, clock)} ${padded(local, ends)} ${sign} ${padded(peer, ends)} ${cells.join(' ')} ${why}\n`

  return {
    headings: (): string =>
      line(
        'TIME',
        'LOCAL',
        ' ',
        'PEER',
        [padded('CAUSE', 22), padded('SURE', 7), ...extras().map((extra) => padded(extra.name, extra.width))],
        'WHY',
      ),
    line: (verdict: Verdict, time: string, paint: boolean): string => {
      const { tuple, outcome, cause, confidence } = verdict
      const [local, peer] = [endpoint(tuple.daddr, tuple.dport), endpoint(tuple.saddr, tuple.sport)]
      ends = Math.max(ends, local.length, peer.length)
      const shown = extras()
      return line(
        time.slice(0, clock),
        local,
        coloured(SIGNS[outcome], outcome, paint),
        peer,
        [
          coloured(padded(cause, 22), outcome, paint),
          padded(confidence, 7),
          ...shown.map((extra) => padded(printable(extra.value(verdict)), extra.width)),
        ],
        [printable(shown.some(({ name }) => name === 'OWNER') ? verdict.why : sentence(verdict)), natText(verdict)]
          .filter((text) => text !== '')
          .join('; '),
      )
    },
  }
}
