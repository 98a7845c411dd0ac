// SPDX-License-Identifier: MIT
import { setTimeout as wait } from 'node:timers/promises'
import type { Io } from '../cli/io.ts'
import type { TopOptions } from '../cli/options.ts'
import type { Screen } from '../cli/screen.ts'
import type { CreateSink, Start } from '../format/sink.ts'
import type { Observation } from '../observation.ts'
import type { Pace } from '../recording/replay.ts'
import { createTally } from '../summary/tally.ts'
import { nanosecondsBetween, type Time } from '../time.ts'
import { plainTop } from '../top/plain.ts'
import { press } from '../top/press.ts'
import { screen as frame } from '../top/screen.ts'
import { FIRST_VIEW, TOP_KEYS, type View } from '../top/view.ts'
import { replay } from './replay.ts'
import { trace } from './trace.ts'

/**
 * Verdicts counted by cause, live or of a recording: a screen that is redrawn, or without a terminal the table again and
 * again. Gives the exit code of the trace or the replay.
 */
export const top = async (files: readonly string[], options: TopOptions, io: Io): Promise<number> =>
  io.screen === undefined || !options.clear
    ? // Its last table is the summary.
      play(files, { ...options, summary: [] }, io, plainTop(options.interval))
    : watch(files, options, io, io.screen)

const play = (files: readonly string[], options: TopOptions, io: Io, createSink: CreateSink): Promise<number> => {
  if (files.length === 0) return trace(options, io, createSink)
  const pace = options.speed === undefined ? undefined : pacing(options.speed, io.stop)
  return replay(files, { ...options, expect: [] }, io, { createSink, pace })
}

/** Makes event time pass `speed` times as fast as it did; each recording begins at once. */
const pacing = (speed: number, stop: AbortSignal): Pace => {
  let begun = 0
  let first: Time | undefined
  return (observation: Observation) => {
    if (!('at' in observation) || stop.aborted) return undefined
    // Each recording has a time of its own.
    if (first === undefined || observation.kind === 'start') [begun, first] = [performance.now(), observation.at]
    const due = nanosecondsBetween(observation.at, first) / 1e6 / speed - (performance.now() - begun)
    // The end of the run ends the waiting.
    return due < 1 ? undefined : wait(due, undefined, { signal: stop }).catch(() => undefined)
  }
}

const watch = async (files: readonly string[], options: TopOptions, io: Io, screen: Screen): Promise<number> => {
  const quit = new AbortController()
  const kill = new AbortController()
  const shown = createShown(io, files)
  const draw = () => {
    const { rows, columns } = screen.size()
    io.out(frame(shown.state(), rows, columns))
  }
  const close = screen.open({
    key: (key) => {
      if (shown.press(key)) draw()
      else (quit.signal.aborted ? kill : quit).abort()
    },
    resize: draw,
  })
  const timer = setInterval(draw, options.interval * 1000)
  const stop = AbortSignal.any([io.stop, quit.signal])
  try {
    draw()
    const code = await play(
      files,
      options,
      { ...io, ...shown.io, stop, kill: AbortSignal.any([io.kill, kill.signal]) },
      shown.sink,
    )
    // A recording that has been judged stays to be looked at.
    if (files.length > 0) await aborted(stop, draw)
    return code
  } finally {
    clearInterval(timer)
    close()
    shown.tellAll()
  }
}

const aborted = (signal: AbortSignal, draw: () => void) =>
  new Promise<void>((resolve) => {
    draw()
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve())
  })

const nameOf = (files: readonly string[]) => (files.length === 1 ? (files[0] ?? '') : `${files.length} recordings`)

// What the screen shows; lines for standard error wait until it is closed, the last warning is shown.
const createShown = (io: Io, files: readonly string[]) => {
  const tally = createTally(TOP_KEYS, { keep: true })
  const lines: (() => void)[] = []
  let view: View = FIRST_VIEW
  let boot: Start['boot'] = { s: 0, ns: 0 }
  let title = files.length === 0 ? 'attaching probes' : nameOf(files)
  let message = ''
  const tell = (line: string) => {
    lines.push(() => io.tell(line))
    if (line.startsWith('warning: ')) message = line
  }
  const sink: CreateSink = () => ({
    start: (start) => {
      boot = start.boot
      title = files.length === 0 ? `Linux ${start.kernel}` : nameOf(files)
      return ''
    },
    verdict: (verdict, start) => {
      tally.see(verdict, start.boot)
      return ''
    },
    step: () => '',
    end: () => '',
  })
  return {
    sink,
    io: { out: () => undefined, tell, note: (line: string) => void lines.push(() => io.note(line)), status: undefined },
    /** Takes a key; false when it is the end. */
    press: (key: Parameters<typeof press>[1]): boolean => {
      const next = press(view, key, tally.groups())
      if (next !== undefined) view = next
      return next !== undefined
    },
    state: () => ({ groups: tally.groups(), view, title, message, paint: io.colour, zone: io.zone, boot }),
    tellAll: () => {
      for (const line of lines) line()
    },
  }
}
