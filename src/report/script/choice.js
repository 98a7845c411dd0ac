// SPDX-License-Identifier: MIT
// What chooses of the resets: words, outcomes, causes, bars of the line of time.

const search = make('input', {
  type: 'search',
  id: 'search',
  placeholder: 'Filter: words of any column',
  autocomplete: 'off',
  spellcheck: false,
})
search.addEventListener('input', () => {
  chosen.words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
  show()
})

const outcomeButtons = OUTCOMES.filter((outcome) => data.resets.some((reset) => reset.outcome === outcome)).map(
  (outcome) => {
    const button = make('button', { type: 'button', textContent: outcome })
    button.addEventListener('click', () => {
      if (!chosen.outcomes.delete(outcome)) chosen.outcomes.add(outcome)
      show()
    })
    return { outcome, button }
  },
)

const clear = make('button', { type: 'button', textContent: 'Show all' })
const showAll = () => {
  chosen = everything()
  search.value = ''
  show()
}
clear.addEventListener('click', showAll)

/** As many as are read, and as a printer should be asked for. */
const MOST_OPEN = 200
const openShown = make('button', { type: 'button', textContent: 'Open shown' })
openShown.addEventListener('click', () => {
  const some = shown.slice(0, MOST_OPEN)
  const open = !some.every(isOpen)
  some.forEach((entry) => toggle(entry, open))
})

/** Rows of the table by cause, whose names become buttons. */
const causeRows = [...document.querySelectorAll('.causes tbody tr')].flatMap((row) => {
  const [name, cause] = [row.querySelector('.cause'), row.getAttribute('data-cause')]
  if (name === null || cause === null) return []
  const button = make('button', {
    type: 'button',
    className: 'cause',
    textContent: name.textContent,
    title: 'Show only these',
  })
  button.addEventListener('click', () => {
    chosen.cause = chosen.cause === cause ? '' : cause
    show()
  })
  name.replaceWith(button)
  return [{ row, cause, button }]
})

const bars = [...document.querySelectorAll('.timeline .bar')].map((bar) => ({
  bar,
  from: Number(bar.getAttribute('data-from')),
  to: Number(bar.getAttribute('data-to')),
}))
for (const { bar, from, to } of bars)
  bar.addEventListener('click', () => {
    Object.assign(chosen, chosen.from === from ? { from: -Infinity, to: Infinity } : { from, to })
    show()
  })

const shownText = make('span', { className: 'shown' })
shownText.setAttribute('role', 'status')

/** Shows by all of them what is chosen. */
const tellChoice = () => {
  const all = `${entries.length} ${entries.length === 1 ? 'reset' : 'resets'}`
  shownText.textContent = shown.length === entries.length ? all : `${shown.length} of ${entries.length} shown`
  clear.hidden = isEverything()
  for (const { outcome, button } of outcomeButtons) setPressed(button, chosen.outcomes.has(outcome))
  for (const { row, cause, button } of causeRows) {
    row.classList.toggle('chosen', cause === chosen.cause)
    setPressed(button, cause === chosen.cause)
  }
  for (const { bar, from } of bars) bar.classList.toggle('chosen', from === chosen.from)
}
