// SPDX-License-Identifier: MIT
// What the bundle uses and Node 18 has not. Each stands where Node's own is missing, and does no more than the bundle asks.
// Plain JavaScript: esbuild puts it before everything else.
const add = (to, name, value) => {
  if (!(name in to)) Object.defineProperty(to, name, { value, writable: true, configurable: true })
}

// Node 20.
add(Array.prototype, 'toSorted', function (compare) {
  return [...this].sort(compare)
})
add(Array.prototype, 'toReversed', function () {
  return [...this].reverse()
})

// Node 20.3.
add(AbortSignal, 'any', (signals) => {
  const any = new AbortController()
  for (const signal of signals) {
    if (signal.aborted) any.abort(signal.reason)
    else signal.addEventListener('abort', () => any.abort(signal.reason), { once: true })
  }
  return any.signal
})
