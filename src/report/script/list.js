// SPDX-License-Identifier: MIT
// Which resets the list shows, in which order.

/** @typedef {{ words: string[], cause: string, outcomes: Set<Outcome>, from: number, to: number }} Choice */

/** @type {() => Choice} */
const everything = () => ({ words: [], cause: '', outcomes: new Set(OUTCOMES), from: -Infinity, to: Infinity })

/** What is chosen of them; times in milliseconds since 1970. */
let chosen = everything()

/** What they are sorted by. */
const sorted = { column: COLUMNS[0], down: false }

/** @type {readonly Entry[]} */
let shown = entries

/** @type {(entry: Entry) => boolean} */
const isWanted = ({ reset, text, at }) =>
  (chosen.cause === '' || chosen.cause === reset.cause) &&
  chosen.outcomes.has(reset.outcome) &&
  at >= chosen.from &&
  at < chosen.to &&
  chosen.words.every((word) => text.includes(word))

const isEverything = () =>
  chosen.words.length === 0 &&
  chosen.cause === '' &&
  chosen.outcomes.size === OUTCOMES.length &&
  chosen.from === -Infinity

const collator = new Intl.Collator('en', { numeric: true })

/** @type {() => Entry[]} */
const wanted = () => {
  const { column, down } = sorted
  const keyOf = column?.key ?? column?.cell ?? (() => '')
  const way = down ? -1 : 1
  return entries
    .filter(isWanted)
    .map((entry) => ({ entry, key: keyOf(entry.reset) }))
    .toSorted((a, b) => way * (collator.compare(a.key, b.key) || a.entry.index - b.entry.index))
    .map(({ entry }) => entry)
}

const body = make('tbody')

// A list of thousands is there at once by its first rows; the others follow, in parts that grow: each has the table laid
// out anew.
const AT_ONCE = 200
let filled = 0
let waiting = 0

/** @type {(most?: number) => void} */
const fill = (most = AT_ONCE) => {
  const next = shown.slice(filled, filled + most)
  filled += next.length
  body.append(
    ...next.flatMap((entry) => (isOpen(entry) ? [rowOf(entry).element, detailOf(entry)] : [rowOf(entry).element])),
  )
  clearTimeout(waiting)
  if (filled < shown.length) waiting = setTimeout(() => fill(most * 2))
}
addEventListener('beforeprint', () => fill(Infinity))

/** Shows what is chosen, anew. */
const show = () => {
  shown = wanted()
  body.replaceChildren()
  filled = 0
  fill()
  tellChoice()
}

const heads = COLUMNS.map((column) => {
  const button = make('button', { type: 'button', textContent: column.name })
  const th = make('th', { scope: 'col', className: `c-${column.head ?? column.kind}` }, button)
  button.addEventListener('click', () => {
    sorted.down = sorted.column === column && !sorted.down
    sorted.column = column
    heads.forEach((other) => other.removeAttribute('aria-sort'))
    th.setAttribute('aria-sort', sorted.down ? 'descending' : 'ascending')
    show()
  })
  return th
})
heads[0]?.setAttribute('aria-sort', 'ascending')

// A cell that spans columns which the width of the screen hides would make them anew.
const columnsShown = () => heads.filter(({ offsetWidth }) => offsetWidth > 0).length || COLUMNS.length
addEventListener('resize', () => {
  for (const { detail } of entries) detail?.cells[0]?.setAttribute('colspan', String(columnsShown()))
})
