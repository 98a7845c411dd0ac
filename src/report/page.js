// SPDX-License-Identifier: MIT
// The page's own script. What was recorded is shown as text only (textContent): nothing here makes markup of it.
'use strict'
;(() => {
  const SVG = 'http://www.w3.org/2000/svg'
  const { resets, causes } = JSON.parse(document.getElementById('data')?.textContent ?? '{}')
  if (!Array.isArray(resets) || resets.length === 0) return

  /** An element with these properties, and these in it; text stays text. */
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties)
    element.append(...children)
    return element
  }

  /** An element of SVG from the tree that drawing.ts makes. */
  const drawn = ([tag, attributes, ...children]) => {
    const element = document.createElementNS(SVG, tag)
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
    element.append(...children.map((child) => (typeof child === 'string' ? child : drawn(child))))
    return element
  }

  const endpoint = (address, port) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`)
  const local = (reset) => endpoint(reset.daddr, reset.dport)
  const peer = (reset) => endpoint(reset.saddr, reset.sport)
  /** An endpoint that may be broken before its port. */
  const breakable = (text) => {
    const colon = text.lastIndexOf(':')
    return [text.slice(0, colon), make('wbr'), text.slice(colon)]
  }
  const days = new Set(resets.map(({ time }) => time.slice(0, 10)))
  const clock = ({ time }) => (days.size > 1 ? `${time.slice(5, 10)} ${time.slice(11, 19)}` : time.slice(11, 23))
  const OUTCOMES = ['sent', 'received', 'ignored']

  const COLUMNS = [
    { name: 'Time', key: ({ time }) => time, cell: clock, kind: 'time' },
    { name: 'Local', key: local, cell: local, kind: 'end local', col: 'end c-local', end: true },
    { name: 'RST', key: ({ outcome }) => outcome, cell: ({ outcome }) => outcome, kind: 'out', painted: true },
    { name: 'Peer', key: peer, cell: peer, kind: 'end', col: 'end', end: true },
    { name: 'Cause', key: ({ cause }) => cause, cell: ({ cause }) => cause, kind: 'cause', painted: true },
    { name: 'Why', key: ({ why }) => why, cell: ({ why }) => why, kind: 'why-cell', col: 'why' },
    { name: 'How sure', key: ({ confidence }) => confidence, cell: ({ confidence }) => confidence, kind: 'sure' },
  ]
  const compare = new Intl.Collator('en', { numeric: true }).compare

  const chosen = { words: [], cause: '', outcomes: new Set(OUTCOMES), from: -Infinity, to: Infinity }
  const sorted = { column: COLUMNS[0], down: false }

  const rows = resets.map((reset, index) => ({
    reset,
    index,
    at: Date.parse(reset.time),
    text: [
      reset.time.replace('T', ' '),
      ...['outcome', 'cause', 'who', 'confidence', 'why', 'state', 'comm', 'by_comm', 'cgroup', 'dev', 'host'].map(
        (name) => reset[name] ?? '',
      ),
      reset.pid ?? '',
      reset.netns,
      local(reset),
      peer(reset),
      reset.reset_reason ?? '',
      reset.drop_reason ?? '',
    ]
      .join('\n')
      .toLowerCase(),
    row: undefined,
    button: undefined,
    detail: undefined,
  }))

  const rowOf = (entry) => {
    if (entry.row !== undefined) return entry.row
    const { reset, index } = entry
    entry.button = make('button', { type: 'button', textContent: clock(reset) })
    entry.button.setAttribute('aria-expanded', 'false')
    entry.row = make('tr', { className: 'row', id: `reset-${index + 1}` })
    for (const column of COLUMNS) {
      const td = make('td', { className: column.painted ? `${column.kind} ${reset.outcome}` : column.kind })
      if (column.kind === 'time') td.append(entry.button)
      else if (column.end) td.append(...breakable(column.cell(reset)))
      else td.textContent = column.cell(reset)
      entry.row.append(td)
    }
    entry.row.addEventListener('click', () => {
      if (String(getSelection()) === '') toggle(entry)
    })
    return entry.row
  }

  const facts = (reset) => {
    const bytes = (count) => `${count} ${count === 1 ? 'byte' : 'bytes'}`
    const { source, lag_ns: lag, late, found, ...rest } = reset.ehash
    const ehash = [
      `${found ?? 'not known'}${late === true ? ', made after the reset' : ''} (${source}${lag === undefined ? '' : `, ${Math.round(lag / 1e5) / 10} ms after`})`,
      ...Object.entries(rest).map(([name, value]) => `${name} ${value}`),
    ]
    return [
      ['time', reset.time],
      ['local', local(reset)],
      ['peer', peer(reset)],
      ['whose doing', `${reset.who}, ${reset.confidence}`],
      ['acted', reset.by_pid === undefined ? undefined : `${reset.by_comm}[${reset.by_pid}]`],
      ['owner', reset.pid === undefined ? undefined : `${reset.comm}[${reset.pid}]`],
      ['cgroup', reset.cgroup],
      ['state', reset.state],
      ['unread', reset.unread_bytes === undefined ? undefined : bytes(reset.unread_bytes)],
      [
        reset.segment === 'rst' ? 'the RST' : 'it answers',
        reset.segment === undefined
          ? undefined
          : `${reset.flags} seq ${reset.seq} ack ${reset.ack} win ${reset.window} ttl ${reset.ttl} id ${reset.ip_id}, ${bytes(reset.payload_bytes)}`,
      ],
      ["kernel's reason", reset.reset_reason ?? reset.drop_reason],
      ['TCP hash', ehash.join(', ')],
      ['netns', reset.netns],
      ['interface', reset.dev],
      ['host', reset.host],
      ['kernel', reset.kernel],
    ].filter(([, value]) => value !== undefined)
  }

  const list = (className, sentences) =>
    make('ul', { className }, ...sentences.map((textContent) => make('li', { textContent })))
  const heading = (textContent) => make('h3', { textContent })

  // A cell that spans columns which the width of the screen hides would make them anew.
  const columnsShown = () => heads.filter(({ offsetWidth }) => offsetWidth > 0).length || COLUMNS.length
  addEventListener('resize', () => {
    for (const { detail } of rows) if (detail !== undefined) detail.firstChild.colSpan = columnsShown()
  })

  const detailOf = (entry) => {
    if (entry.detail !== undefined) return entry.detail
    const { reset } = entry
    const cause = causes[reset.cause]
    const scroll = make('div', { className: 'scroll', tabIndex: 0 }, drawn(reset.sequence))
    scroll.setAttribute('role', 'group')
    scroll.setAttribute('aria-label', 'Sequence')
    const left = make('div', {}, heading('What was seen'), scroll, heading('Evidence'), list('evidence', reset.because))
    const right = make(
      'div',
      {},
      heading('What to do next'),
      list('next', cause.next),
      heading('What it means'),
      make('p', { className: 'said', textContent: cause.means }),
      heading('What usually makes it'),
      make('p', { className: 'said', textContent: cause.usually }),
      heading('Facts'),
      make(
        'dl',
        { className: 'facts' },
        ...facts(reset).flatMap(([name, value]) => [
          make('dt', { textContent: name }),
          make('dd', { textContent: value }),
        ]),
      ),
    )
    if (reset.stack !== undefined)
      right.append(
        make(
          'details',
          {},
          make('summary', { textContent: `Kernel stack, ${reset.stack.length} functions` }),
          make('div', { className: 'stack' }, ...reset.stack.map((textContent) => make('div', { textContent }))),
        ),
      )
    const cell = make(
      'td',
      { colSpan: columnsShown() },
      make('p', { className: 'why', textContent: reset.why }),
      make('div', { className: 'parts' }, left, right),
    )
    entry.detail = make('tr', { className: `detail ${reset.outcome}`, id: `detail-${entry.index + 1}` }, cell)
    return entry.detail
  }

  const toggle = (entry, open = !rowOf(entry).classList.contains('open')) => {
    rowOf(entry).classList.toggle('open', open)
    entry.button.setAttribute('aria-expanded', String(open))
    if (!open) return entry.detail?.remove()
    entry.row.after(detailOf(entry))
    entry.button.setAttribute('aria-controls', entry.detail.id)
    // A link to the page with this at its end opens it at this reset.
    history.replaceState(null, '', `#${entry.row.id}`)
  }

  const body = make('tbody')
  const shownText = make('span', { className: 'shown' })
  shownText.setAttribute('role', 'status')
  let shown = rows

  const isWanted = ({ reset, text, at }) =>
    (chosen.cause === '' || chosen.cause === reset.cause) &&
    chosen.outcomes.has(reset.outcome) &&
    at >= chosen.from &&
    at < chosen.to &&
    chosen.words.every((word) => text.includes(word))

  // A list of thousands is there at once by its first rows; the others follow, in parts that grow: each has the
  // table laid out anew.
  const AT_ONCE = 200
  let filled = 0
  let waiting = 0
  const fill = (most = AT_ONCE) => {
    const next = shown.slice(filled, filled + most)
    filled += next.length
    body.append(
      ...next.flatMap((entry) =>
        rowOf(entry).classList.contains('open') ? [entry.row, detailOf(entry)] : [entry.row],
      ),
    )
    clearTimeout(waiting)
    if (filled < shown.length) waiting = setTimeout(() => fill(most * 2))
  }
  addEventListener('beforeprint', () => fill(Infinity))

  const show = () => {
    const { column, down } = sorted
    const way = down ? -1 : 1
    const keyed = rows.filter(isWanted).map((entry) => ({ entry, key: column.key(entry.reset) }))
    keyed.sort((a, b) => way * (compare(a.key, b.key) || a.entry.index - b.entry.index))
    shown = keyed.map(({ entry }) => entry)
    body.replaceChildren()
    filled = 0
    fill()
    shownText.textContent =
      shown.length === rows.length
        ? `${rows.length} ${rows.length === 1 ? 'reset' : 'resets'}`
        : `${shown.length} of ${rows.length} shown`
    clear.hidden =
      chosen.words.length === 0 &&
      chosen.cause === '' &&
      chosen.outcomes.size === OUTCOMES.length &&
      chosen.from === -Infinity
    for (const row of document.querySelectorAll('.causes tbody tr')) {
      const is = row.dataset.cause === chosen.cause
      row.classList.toggle('chosen', is)
      row.querySelector('button')?.setAttribute('aria-pressed', String(is))
    }
    for (const bar of document.querySelectorAll('.timeline .bar'))
      bar.classList.toggle('chosen', Number(bar.dataset.from) === chosen.from)
  }

  const heads = COLUMNS.map((column) => {
    const button = make('button', { type: 'button', textContent: column.name })
    const th = make('th', { scope: 'col', className: `c-${column.col ?? column.kind}` }, button)
    button.addEventListener('click', () => {
      sorted.down = sorted.column === column && !sorted.down
      sorted.column = column
      heads.forEach((other) => other.removeAttribute('aria-sort'))
      th.setAttribute('aria-sort', sorted.down ? 'descending' : 'ascending')
      show()
    })
    return th
  })
  heads[0].setAttribute('aria-sort', 'ascending')

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
  const outcomes = OUTCOMES.filter((outcome) => resets.some((reset) => reset.outcome === outcome)).map((outcome) => {
    const button = make('button', { type: 'button', textContent: outcome })
    button.setAttribute('aria-pressed', 'true')
    button.addEventListener('click', () => {
      if (!chosen.outcomes.delete(outcome)) chosen.outcomes.add(outcome)
      button.setAttribute('aria-pressed', String(chosen.outcomes.has(outcome)))
      show()
    })
    return button
  })
  const clear = make('button', { type: 'button', textContent: 'Show all', hidden: true })
  const showAll = () => {
    Object.assign(chosen, { words: [], cause: '', outcomes: new Set(OUTCOMES), from: -Infinity, to: Infinity })
    search.value = ''
    outcomes.forEach((button) => button.setAttribute('aria-pressed', 'true'))
    show()
  }
  clear.addEventListener('click', showAll)
  /** As many as are read, and as a printer should be asked for. */
  const MOST_OPEN = 200
  const openAll = make('button', { type: 'button', textContent: 'Open shown' })
  openAll.addEventListener('click', () => {
    const some = shown.slice(0, MOST_OPEN)
    const open = !some.every((entry) => rowOf(entry).classList.contains('open'))
    some.forEach((entry) => toggle(entry, open))
  })

  for (const row of document.querySelectorAll('.causes tbody tr')) {
    const name = row.querySelector('.cause')
    const button = make('button', {
      type: 'button',
      className: 'cause',
      textContent: name.textContent,
      title: 'Show only these',
    })
    button.addEventListener('click', () => {
      chosen.cause = chosen.cause === row.dataset.cause ? '' : row.dataset.cause
      show()
    })
    name.replaceWith(button)
  }
  for (const bar of document.querySelectorAll('.timeline .bar'))
    bar.addEventListener('click', () => {
      const from = Number(bar.dataset.from)
      if (chosen.from === from) Object.assign(chosen, { from: -Infinity, to: Infinity })
      else Object.assign(chosen, { from, to: Number(bar.dataset.to) })
      show()
    })

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
    const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key]
    if (step === undefined || (typing && event.key.length === 1)) return
    const now = shown.findIndex((entry) => entry.button === document.activeElement)
    if (now < 0 && !typing && document.activeElement !== document.body) return
    const next = shown[now < 0 ? 0 : now + step]
    if (next === undefined) return
    event.preventDefault()
    next.button.focus()
  })

  const label = make('label', {}, make('span', { className: 'unseen', textContent: 'Filter' }), search)
  document.getElementById('tools').append(label, ...(outcomes.length > 1 ? outcomes : []), openAll, clear, shownText)
  const keys = make('p', { className: 'keys' })
  for (const [key, what] of [
    ['/', ' filters, '],
    ['↓', ' and '],
    ['↑', ' go from reset to reset, '],
    ['Enter', ' opens one, '],
    ['Esc', ' shows all.'],
  ])
    keys.append(make('kbd', { textContent: key }), what)
  document
    .getElementById('list')
    .append(make('table', { className: 'list' }, make('thead', {}, make('tr', {}, ...heads)), body), keys)
  show()

  const linked = /^#reset-(\d+)$/.exec(location.hash)?.[1]
  const first = linked === undefined ? (rows.length === 1 ? rows[0] : undefined) : rows[Number(linked) - 1]
  if (first !== undefined) {
    if (linked !== undefined) fill(Infinity)
    toggle(first, true)
    if (linked !== undefined) first.row.scrollIntoView()
  }
})()
