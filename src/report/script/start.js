// SPDX-License-Identifier: MIT
// Puts the list into the page, and opens the reset that its address names, or the only one.

const KEYS = [
  ['/', ' filters, '],
  ['↓', ' and '],
  ['↑', ' go from reset to reset, '],
  ['Enter', ' opens one, '],
  ['Esc', ' shows all.'],
]

part('tools').append(
  make('label', {}, make('span', { className: 'unseen', textContent: 'Filter' }), search),
  ...(outcomeButtons.length > 1 ? outcomeButtons.map(({ button }) => button) : []),
  openShown,
  clear,
  shownText,
)
part('list').append(
  make('table', { className: 'list' }, make('thead', {}, make('tr', {}, ...heads)), body),
  make(
    'p',
    { className: 'keys' },
    ...KEYS.flatMap(([key = '', does = '']) => [make('kbd', { textContent: key }), does]),
  ),
)
show()

/** @type {(number: string) => void} */
const openLinked = (number) => {
  const entry = entries[Number(number) - 1]
  if (entry === undefined) return
  fill(Infinity)
  toggle(entry, true)
  rowOf(entry).element.scrollIntoView()
}

const [, linked] = /^#reset-(\d+)$/.exec(location.hash) ?? []
if (linked !== undefined) openLinked(linked)
else if (entries.length === 1 && entries[0] !== undefined) toggle(entries[0], true)
