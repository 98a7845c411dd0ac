// SPDX-License-Identifier: MIT

/** Milliseconds without a word of progress: most recordings are judged by then. */
const SILENT_MS = 2000

/** Tells how far a long job has come, in a line that is written over. */
export type Progress = { at: (done: number) => void; end: () => void }

/**
 * Progress through `total` bytes: `judging 40 %` after two seconds, again at each whole percent, and an empty text at the
 * end; nothing after it, though what was asked for may still be read. `clock` gives milliseconds.
 */
export const createProgress = (total: number, clock: () => number, show: (text: string) => void): Progress => {
  const begun = clock()
  let shown = ''
  let ended = false
  const tell = (text: string) => {
    if (text !== shown) show(text)
    shown = text
  }
  return {
    at: (done) => {
      if (!ended && clock() - begun >= SILENT_MS) tell(`judging ${Math.min(100, Math.floor((done / total) * 100))} %`)
    },
    end: () => {
      ended = true
      tell('')
    },
  }
}
