// SPDX-License-Identifier: MIT
import type { Start } from '../format/sink.ts'
import type { Observation } from '../observation.ts'
import { createCapture } from '../pcapng/capture.ts'
import { openForWriting } from '../recording/openForWriting.ts'
import type { Line } from '../run.ts'
import type { Io } from './io.ts'

/** The file of `--pcapng`, or standard output for `-`; takes everything and writes nothing where it was not asked for. */
export type CaptureFile = {
  start: (start: Start) => void
  see: (observation: Observation, start: Start) => void
  line: (line: Line, start: Start) => void
  end: (start: Start) => void
  close: () => void
}

const nothing = () => undefined
const NONE: CaptureFile = { start: nothing, see: nothing, line: nothing, end: nothing, close: nothing }

/** Opens it. Throws a usage error when it cannot be written. */
export const openCapture = (io: Io, name: string | undefined): CaptureFile => {
  if (name === undefined) return NONE
  const file = name === '-' ? { write: io.out, close: nothing } : openForWriting('--pcapng', name)
  const capture = createCapture()
  const write = (bytes: Uint8Array) => {
    if (bytes.length > 0) file.write(bytes)
  }
  return {
    start: (start) => write(capture.start(start)),
    see: (observation, start) => write(capture.see(observation, start)),
    line: (line, start) =>
      write(line.kind === 'step' ? capture.step(line.step, start) : capture.verdict(line.verdict, start)),
    end: (start) => write(capture.end(start)),
    close: file.close,
  }
}
