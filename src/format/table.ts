// SPDX-License-Identifier: MIT
import type { CauseId } from '../verdict/causes.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { localTime } from './clock.ts'
import { createCrowd } from './crowd.ts'
import { below } from './entry.ts'
import { headings, headOf } from './head.ts'
import type { CreateSink, Shown, Start } from './sink.ts'
import { stepEntry } from './step.ts'
import { createWide, WIDE } from './wide.ts'

/**
 * For people: two lines for each verdict, the head and a sentence, below its day. `--explain` says what a cause means once,
 * below its first verdict. On a terminal repeats have no sentence, and floods are counted.
 */
export const table: CreateSink = (shown) => {
  const entry = entriesOf(shown)
  const crowd = createCrowd()
  let isHeaded = false
  let day = ''
  const dayLine = (at: Verdict['at'], { boot }: Start) => {
    const before = day
    day = localTime(at, boot, shown.zone).day
    return day === before ? '' : `${day}\n`
  }
  return {
    start: () => {
      const first = !isHeaded
      isHeaded = true
      return first ? entry.headings() : ''
    },
    verdict: (verdict, start) => {
      const counts = shown.watched ? crowd.counts(shown.width, verdict.at) : ''
      if (shown.watched && !crowd.admits(verdict)) return counts
      const isRepeat = shown.watched && crowd.isRepeat(verdict)
      return counts + dayLine(verdict.at, start) + entry.verdict(verdict, start, isRepeat)
    },
    step: (step, start) => dayLine(step.call.at, start) + stepEntry(step, start, shown),
    tick: (at) => crowd.counts(shown.width, at),
    end: () => crowd.counts(shown.width),
  }
}

const entriesOf = (shown: Shown) => {
  const { detail, paint, stack, zone } = shown
  const explained = new Set<CauseId>()
  const wide = createWide(detail === 'wide' ? Infinity : shown.width)
  const isWide = detail === 'wide' || (detail === 'brief' && shown.width >= WIDE)
  // A head alone is for grep, and for counting lines.
  const page = () => (detail === 'quiet' ? Infinity : shown.width)
  return {
    headings: () => (isWide ? wide.headings() : headings(page())),
    verdict: (verdict: Verdict, { boot }: Start, isRepeat: boolean) => {
      const { time } = localTime(verdict.at, boot, zone)
      const explain = shown.explain && explained.size < explained.add(verdict.cause).size
      const head = isWide ? wide.line(verdict, time, paint) : headOf(verdict, time.slice(0, 8), page(), paint)
      const evidence = detail === 'verbose'
      const sentence = evidence || (detail === 'brief' && !isWide && !isRepeat)
      return head + below(verdict, time, shown.width, { sentence, evidence, stack, explain })
    },
  }
}
