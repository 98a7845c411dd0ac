// SPDX-License-Identifier: MIT
import type { Step } from '../flow/steps.ts'
import type { Kind } from '../observation.ts'
import type { Verdict } from '../verdict/verdict.ts'

/** What is written: text, or bytes as they are. */
export type Output = string | Uint8Array

/**
 * The head of a run: on which host and kernel, and the moment of boot, which turns event time into a date. `tool` is the version
 * that judges, in a replay not the one that recorded.
 */
export type Start = Kind<'start'>

/** What is shown besides the verdicts: colours, the stacks of resets, what causes mean, the steps of packets. */
export type Shown = { paint: boolean; stack: boolean; explain: boolean; steps: boolean }

/**
 * How a run is written down. `start` is called once, before everything else, and gives the header; `end` once, after
 * everything else, and gives the footer: also when the run fails or is cut short, unless it had not begun.
 */
export type Sink = {
  start: (start: Start) => Output
  verdict: (verdict: Verdict, start: Start) => Output
  step: (step: Step, start: Start) => Output
  end: (start: Start) => Output
}

/** Makes the sink of a format for one run. */
export type CreateSink = (shown: Shown) => Sink
