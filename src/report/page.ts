// SPDX-License-Identifier: MIT
// The report: one HTML file that needs nothing else, and lets nothing else in.
import { createHash } from 'node:crypto'
import { describeFilter } from '../filter/describe.ts'
import { filterOf } from '../filter/recorded.ts'
import type { Start } from '../format/sink.ts'
import { printable } from '../format/text.ts'
import { causeRows, END_KEYS } from '../summary/byCause.ts'
import { topOf, type Row } from '../summary/rollUp.ts'
import { createTally, type Key } from '../summary/tally.ts'
import { isoTime, nanoseconds } from '../time.ts'
import { CAUSES, isCause } from '../verdict/causes.ts'
import type { Assets } from './assets.ts'
import { entry, type Told } from './entry.ts'
import { inlineJson, markup, type Child, type Element } from './markup.ts'
import { timeline } from './timeline.ts'

/** A recording that the report is of: its head, its totals, and what is to be said of it. */
export type Source = { file: string; start: Start; totals: string; warnings: readonly string[] }

/** The whole page. The verdicts are told in order of time. */
export const page = (sources: readonly Source[], told: readonly Told[], assets: Assets): string => {
  const resets = told.toSorted((a, b) => momentOf(a) - momentOf(b))
  const counted = createTally(END_KEYS)
  for (const { verdict, start } of resets) counted.see(verdict, start.boot)
  const causes = causeRows(counted.groups())
  const data = {
    resets: resets.map(entry),
    causes: Object.fromEntries(resets.map(({ verdict: { cause } }) => [cause, CAUSES[cause]])),
  }
  return [
    '<!doctype html>\n<html lang="en">\n<head>',
    ...head(titleOf(sources, resets.length), assets).map(markup),
    `<style>${assets.css}</style>`,
    '</head>\n<body>',
    ...body(sources, resets, causes).map(markup),
    ...(resets.length === 0
      ? []
      : [`<script type="application/json" id="data">${inlineJson(data)}</script>`, `<script>${assets.js}</script>`]),
    '</body>\n</html>\n',
  ].join('\n')
}

/** Milliseconds since 1970. */
const momentOf = ({ verdict, start }: Told) => Number(nanoseconds(verdict.at) + nanoseconds(start.boot)) / 1e6

const titleOf = (sources: readonly Source[], count: number) => {
  const hosts = new Set(sources.flatMap(({ start }) => start.host ?? []))
  const where =
    hosts.size === 0 ? '' : hosts.size === 1 ? ` on ${printable([...hosts].join())}` : ` on ${hosts.size} hosts`
  return `${count} ${count === 1 ? 'reset' : 'resets'}${where}`
}

// Only the style and the script that are in this file run, known by their hashes: no other, not even one in an attribute.
const policy = ({ css, js }: Assets) =>
  [
    "default-src 'none'",
    `style-src '${hash(css)}'`,
    `script-src '${hash(js)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')

const hash = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M2 8h9m-3-4 4 4-4 4M14 3v10' fill='none' stroke='%23b4237a' stroke-width='2'/%3E%3C/svg%3E"

const head = (title: string, assets: Assets): Element[] => [
  ['meta', { charset: 'utf-8' }],
  ['meta', { 'http-equiv': 'Content-Security-Policy', content: policy(assets) }],
  ['meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }],
  ['meta', { name: 'color-scheme', content: 'light dark' }],
  ['meta', { name: 'referrer', content: 'no-referrer' }],
  ['title', {}, `${title} · trace-reset`],
  ['link', { rel: 'icon', href: ICON }],
]

const body = (sources: readonly Source[], resets: readonly Told[], causes: readonly Row[]): Element[] => [
  [
    'header',
    {},
    ['p', { class: 'tool' }, 'trace-reset'],
    ['h1', {}, titleOf(sources, resets.length)],
    ...(resets.length === 0 ? [] : [['p', { class: 'span' }, spanText(resets)] as const]),
    ...sourcesOf(sources),
  ],
  [
    'main',
    {},
    ...(resets.length === 0 ? [['p', { class: 'none' }, 'No reset is in it.'] as const] : sections(resets, causes)),
  ],
  [
    'footer',
    {},
    [
      'p',
      {},
      `Made by trace-reset ${sources[0]?.start.tool ?? ''}. Times are UTC. The file loads nothing and sends nothing; it holds addresses, and names of hosts and processes.`,
    ],
  ],
]

const spanText = (resets: readonly Told[]): string => {
  const [first, last] = [resets[0], resets.at(-1)].map((one) =>
    one === undefined ? '' : isoTime(one.verdict.at, one.start.boot).slice(0, 19).replace('T', ' '),
  )
  if (first === last) return `${first} UTC`
  return `${first} to ${last?.slice(0, 10) === first?.slice(0, 10) ? last?.slice(11) : last} UTC`
}

const sourcesOf = (sources: readonly Source[]): Element[] => {
  const list: Element = ['ul', { class: 'sources' }, ...sources.map(sourceOf)]
  return sources.length <= 3 ? [list] : [['details', {}, ['summary', {}, `${sources.length} recordings`], list]]
}

const sourceOf = ({ file, start, totals, warnings }: Source): Element => {
  const filter = typeof start.filter === 'string' ? start.filter : describeFilter(filterOf(start.filter))
  const facts = [
    ...(start.host === undefined ? [] : [start.host]),
    `Linux ${start.kernel}`,
    `bpftrace ${start.bpftrace}`,
    `filter ${filter}`,
    `TCP hash ${start.ehash}`,
  ]
  return [
    'li',
    {},
    ['b', {}, printable(file)],
    ` ${printable(facts.join(' · '))}`,
    ['span', { class: totals.includes('LOST') ? 'totals lost' : 'totals' }, printable(totals)],
    ...warnings.map((warning): Child => ['span', { class: 'totals lost' }, printable(warning)]),
  ]
}

const sections = (resets: readonly Told[], causes: readonly Row[]): Element[] => [
  ['section', { 'aria-labelledby': 'causes-title' }, ['h2', { id: 'causes-title' }, 'By cause'], causeTable(causes)],
  [
    'section',
    { 'aria-labelledby': 'time-title' },
    ['h2', { id: 'time-title' }, 'Over time'],
    timeline(resets.map((one) => ({ at: momentOf(one), outcome: one.verdict.outcome }))),
    [
      'p',
      { class: 'legend' },
      ['span', { class: 'sent' }, 'sent by this host'],
      ['span', { class: 'received' }, 'received'],
      ['span', { class: 'ignored' }, 'received and ignored'],
    ],
  ],
  [
    'section',
    { 'aria-labelledby': 'resets-title', class: 'resets' },
    ['h2', { id: 'resets-title' }, 'Each reset'],
    ['div', { id: 'tools' }],
    ['div', { id: 'list' }],
    [
      'noscript',
      {},
      ['p', { class: 'none' }, 'The list of resets is made by the script in this file, which is not allowed to run.'],
    ],
  ],
]

const causeTable = (causes: readonly Row[]): Element => {
  const most = Math.max(...causes.map(({ count }) => count))
  return [
    'table',
    { class: 'causes' },
    [
      'thead',
      {},
      [
        'tr',
        {},
        ...['Resets', '', 'Cause', 'Whose doing', 'How sure', 'Most by owner', 'Most by peer'].map((name): Element =>
          name === '' ? ['td', {}] : ['th', { scope: 'col' }, name],
        ),
      ],
    ],
    ['tbody', {}, ...causes.map((one) => causeRow(one, most))],
  ]
}

const causeRow = (row: Row, most: number): Element => {
  const { count, values } = row
  const cause = String(values.cause)
  return [
    'tr',
    { 'data-cause': cause },
    ['td', { class: 'count' }, String(count)],
    [
      'td',
      { class: 'share' },
      [
        'svg',
        { viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
        ['rect', { class: String(values.outcome), width: Math.max(1, (count / most) * 100), height: 8 }],
      ],
    ],
    [
      'th',
      { scope: 'row' },
      ['span', { class: 'cause' }, cause],
      // Its Markdown is of names alone.
      ['span', { class: 'brief' }, isCause(cause) ? CAUSES[cause].brief.replaceAll('`', '') : ''],
    ],
    ['td', {}, String(values.who)],
    ['td', {}, String(values.confidence)],
    ['td', { class: 'mono' }, topText(row, 'owner')],
    ['td', { class: 'mono' }, topText(row, 'peer')],
  ]
}

const topText = (row: Row, key: Key) => {
  const top = topOf(row, key)
  return top === null ? '–' : `${printable(String(top.value))} ×${top.count}`
}
