// SPDX-License-Identifier: MIT

/** @type {Readonly<Record<string, number>>} */
const MOVES = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const typing = event.target === search
  if (event.key === '/' && !typing) {
    event.preventDefault()
    return search.focus()
  }
  if (event.key === 'Escape') {
    showAll()
    return typing ? search.blur() : undefined
  }
  const move = MOVES[event.key]
  if (move !== undefined && !(typing && event.key.length === 1)) moveFocus(event, move, typing)
})

/**
 * To the reset after that which has the focus, or to the first.
 *
 * @type {(event: KeyboardEvent, move: number, typing: boolean) => void}
 */
const moveFocus = (event, move, typing) => {
  const { activeElement } = document
  const now = shown.findIndex(({ row }) => row !== undefined && row.button === activeElement)
  if (now < 0 && !typing && activeElement !== document.body) return
  const next = shown[now < 0 ? 0 : now + move]
  if (next === undefined) return
  event.preventDefault()
  rowOf(next).button.focus()
}
