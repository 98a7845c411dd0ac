// SPDX-License-Identifier: MIT
import type { Step } from '../flow/steps.ts'
import type { Kind } from '../observation.ts'
import type { Time } from '../time.ts'
import type { Verdict } from '../verdict/verdict.ts'
import type { Zone } from './clock.ts'

/** What is written: text, or bytes as they are. */
export type Output = string | Uint8Array

/**
 * The head of a run: on which host and kernel, and the moment of boot, which turns event time into a date. `tool` is the version
 * that judges, in a replay not the one that recorded.
 */
export type Start = Kind<'start'>

/** What a verdict takes in the table: its head alone, a plain sentence too, the evidence too, or one line with everything. */
export type Detail = 'quiet' | 'brief' | 'verbose' | 'wide'

/** How much is shown, and where. */
export type Shown = {
  /** The stacks of resets, what causes mean, the steps of packets. */
  stack: boolean
  explain: boolean
  steps: boolean
  detail: Detail
  paint: boolean
  /** The columns to fill; a terminal may change while a trace runs. */
  readonly width: number
  /** Whether a person watches: repeats and floods are told in short then. */
  watched: boolean
  zone: Zone
}

/**
 * How a run is written down. `start` is called once, before everything else, and gives the header; `end` once, after
 * everything else, and gives the footer: also when the run fails or is cut short, unless it had not begun.
 */
export type Sink = {
  start: (start: Start) => Output
  verdict: (verdict: Verdict, start: Start) => Output
  step: (step: Step, start: Start) => Output
  end: (start: Start) => Output
  /** Called when event time has come to `at` and there may be no verdict for long. */
  tick?: (at: Time, start: Start) => Output
}

/** Makes the sink of a format for one run. */
export type CreateSink = (shown: Shown) => Sink
