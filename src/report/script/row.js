// SPDX-License-Identifier: MIT
// The columns of the list, and a row for each reset, made when it is first shown.

/**
 * @typedef {object} Column
 * @property {string} name
 * @property {(reset: Reset) => string} cell
 * @property {(reset: Reset) => string} [key] what it is sorted by, where that is not its text
 * @property {string} kind the class of its cells
 * @property {string} [head] the class of its head, behind `c-`, where that is another
 * @property {true} [painted] in the colour of the outcome
 * @property {true} [end] its text is an endpoint
 */

/** @type {readonly Column[]} */
const COLUMNS = [
  { name: 'Time', cell: clock, key: ({ time }) => time, kind: 'time' },
  { name: 'Local', cell: localEnd, kind: 'end local', head: 'end c-local', end: true },
  { name: 'RST', cell: ({ outcome }) => outcome, kind: 'out', painted: true },
  { name: 'Peer', cell: peerEnd, kind: 'end', end: true },
  { name: 'Cause', cell: ({ cause }) => cause, kind: 'cause', painted: true },
  { name: 'Why', cell: ({ why }) => why, kind: 'why-cell', head: 'why' },
  { name: 'How sure', cell: ({ confidence }) => confidence, kind: 'sure' },
]

/**
 * A reset in the list: `text` is what a filter looks in, `at` milliseconds since 1970.
 *
 * @typedef {object} Entry
 * @property {Reset} reset
 * @property {number} index
 * @property {number} at
 * @property {string} text
 * @property {Row} [row]
 * @property {HTMLTableRowElement} [detail]
 *
 * @typedef {{ element: HTMLTableRowElement, button: HTMLButtonElement }} Row
 */

/** @type {readonly TextField[]} */
const SEARCHED = ['state', 'comm', 'by_comm', 'cgroup', 'dev', 'host', 'reset_reason', 'drop_reason']

/** @type {readonly Entry[]} */
const entries = data.resets.map((reset, index) => ({
  reset,
  index,
  at: Date.parse(reset.time),
  text: [
    reset.time.replace('T', ' '),
    reset.outcome,
    reset.cause,
    reset.who,
    reset.confidence,
    reset.why,
    reset.pid ?? '',
    reset.netns,
    ...SEARCHED.map((name) => reset[name] ?? ''),
    localEnd(reset),
    peerEnd(reset),
  ]
    .join('\n')
    .toLowerCase(),
}))

/** @type {(entry: Entry) => Row} */
const rowOf = (entry) => (entry.row ??= newRow(entry))

/** @type {(entry: Entry) => Row} */
const newRow = (entry) => {
  const { reset, index } = entry
  const button = make('button', { type: 'button', textContent: clock(reset) })
  button.setAttribute('aria-expanded', 'false')
  const element = make('tr', { className: 'row', id: `reset-${index + 1}` }, ...cellsOf(reset, button))
  element.addEventListener('click', () => {
    // Not when text of it was selected.
    if (String(getSelection()) === '') toggle(entry)
  })
  return { element, button }
}

/** @type {(reset: Reset, button: HTMLButtonElement) => HTMLElement[]} */
const cellsOf = (reset, button) =>
  COLUMNS.map(({ kind, cell, painted, end }) =>
    make(
      'td',
      { className: painted === true ? `${kind} ${reset.outcome}` : kind },
      ...(kind === 'time' ? [button] : end === true ? breakable(cell(reset)) : [cell(reset)]),
    ),
  )

/** @type {(entry: Entry) => boolean} */
const isOpen = (entry) => entry.row?.element.classList.contains('open') ?? false

/** @type {(entry: Entry) => HTMLTableRowElement} */
const detailOf = (entry) => (entry.detail ??= detailRow(entry.reset, `detail-${entry.index + 1}`, columnsShown()))

/**
 * Opens a reset, or closes it.
 *
 * @type {(entry: Entry, open?: boolean) => void}
 */
const toggle = (entry, open = !isOpen(entry)) => {
  const { element, button } = rowOf(entry)
  element.classList.toggle('open', open)
  button.setAttribute('aria-expanded', String(open))
  if (!open) return entry.detail?.remove()
  const detail = detailOf(entry)
  element.after(detail)
  button.setAttribute('aria-controls', detail.id)
  // A link to the page with this at its end opens it at this reset.
  history.replaceState(null, '', `#${element.id}`)
}
