// SPDX-License-Identifier: MIT
// What is shown below the row of a reset that is open.

/** @type {(count: number) => string} */
const bytesText = (count) => `${count} ${count === 1 ? 'byte' : 'bytes'}`

/** @type {(ehash: Ehash) => string} */
const ehashText = ({ source, lag_ns: lag, late, found, ...rest }) =>
  [
    `${found ?? 'not known'}${late === true ? ', made after the reset' : ''} (${source}${lag === undefined ? '' : `, ${Math.round(lag / 1e5) / 10} ms after`})`,
    ...Object.entries(rest).map(([name, value]) => `${name} ${String(value)}`),
  ].join(', ')

/** @type {(reset: Reset) => string} */
const segmentText = ({ flags, seq, ack, window, ttl, ip_id: id, payload_bytes: payload = 0 }) =>
  `${flags} seq ${seq} ack ${ack} win ${window} ttl ${ttl} id ${id}, ${bytesText(payload)}`

/** @type {(comm: string | undefined, pid: number | undefined) => string | undefined} */
const taskText = (comm, pid) => (pid === undefined ? undefined : `${comm}[${pid}]`)

/**
 * What is known of a reset, by name.
 *
 * @type {(reset: Reset) => [name: string, value: string | number | undefined][]}
 */
const facts = (reset) => [
  ['time', reset.time],
  ['local', localEnd(reset)],
  ['peer', peerEnd(reset)],
  ['whose doing', `${reset.who}, ${reset.confidence}`],
  ['acted', taskText(reset.by_comm, reset.by_pid)],
  ['owner', taskText(reset.comm, reset.pid)],
  ['cgroup', reset.cgroup],
  ['state', reset.state],
  ['unread', reset.unread_bytes === undefined ? undefined : bytesText(reset.unread_bytes)],
  [reset.segment === 'rst' ? 'the RST' : 'it answers', reset.segment === undefined ? undefined : segmentText(reset)],
  ["kernel's reason", reset.reset_reason ?? reset.drop_reason],
  ['TCP hash', ehashText(reset.ehash)],
  ['netns', reset.netns],
  ['interface', reset.dev],
  ['host', reset.host],
  ['kernel', reset.kernel],
]

/** @type {(className: string, sentences: readonly string[]) => HTMLElement} */
const sentenceList = (className, sentences) =>
  make('ul', { className }, ...sentences.map((textContent) => make('li', { textContent })))

/** @type {(textContent: string) => HTMLElement} */
const heading = (textContent) => make('h3', { textContent })

/** @type {(textContent: string) => HTMLElement} */
const paragraph = (textContent) => make('p', { className: 'said', textContent })

/** @type {(reset: Reset) => HTMLElement} */
const seenOf = (reset) => {
  const scroll = make('div', { className: 'scroll', tabIndex: 0 }, drawn(reset.sequence))
  scroll.setAttribute('role', 'group')
  scroll.setAttribute('aria-label', 'Sequence')
  return make('div', {}, heading('What was seen'), scroll, heading('Evidence'), sentenceList('evidence', reset.because))
}

/** @type {(cause: Cause | undefined) => HTMLElement[]} */
const adviceOf = (cause) =>
  cause === undefined
    ? []
    : [
        heading('What to do next'),
        sentenceList('next', cause.next),
        heading('What it means'),
        paragraph(cause.means),
        heading('What usually makes it'),
        paragraph(cause.usually),
      ]

/** @type {(reset: Reset) => HTMLElement} */
const factsOf = (reset) =>
  make(
    'dl',
    { className: 'facts' },
    ...facts(reset).flatMap(([name, value]) =>
      value === undefined ? [] : [make('dt', { textContent: name }), make('dd', { textContent: String(value) })],
    ),
  )

/** @type {(stack: readonly string[]) => HTMLElement} */
const stackOf = (stack) =>
  make(
    'details',
    {},
    make('summary', { textContent: `Kernel stack, ${stack.length} functions` }),
    make('div', { className: 'stack' }, ...stack.map((textContent) => make('div', { textContent }))),
  )

/**
 * The row below that of a reset, as wide as so many columns.
 *
 * @type {(reset: Reset, id: string, columns: number) => HTMLTableRowElement}
 */
const detailRow = (reset, id, columns) => {
  const known = make('div', {}, ...adviceOf(data.causes[reset.cause]), heading('Facts'), factsOf(reset))
  if (reset.stack !== undefined) known.append(stackOf(reset.stack))
  const cell = make(
    'td',
    { colSpan: columns },
    make('p', { className: 'why', textContent: reset.why }),
    make('div', { className: 'parts' }, seenOf(reset), known),
  )
  return make('tr', { className: `detail ${reset.outcome}`, id }, cell)
}
