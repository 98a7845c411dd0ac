// SPDX-License-Identifier: MIT
import type { Step } from '../flow/steps.ts'
import { spanText } from '../time.ts'
import type { Verdict } from '../verdict/verdict.ts'

/** The comments of a RST: its verdict, why in a sentence, then the evidence, a sentence each. */
export const rstComments = ({ cause, outcome, owner, who, confidence, why, because, rst }: Verdict): string[] => [
  `${cause}: ${outcome}${owner === null ? '' : `, ${owner.comm}[${owner.pid}]`}; ${who}, ${confidence}`,
  why,
  ...because,
  ...(rst === null ? ['the fields of this RST were not seen: its numbers are 0 here'] : []),
]

/** What a function did with a packet. */
export const stepComment = ({ call, returned }: Step): string =>
  [
    `${call.fn}${returned === null || returned.value === '' ? '' : ` = ${returned.value}`}`,
    ...(returned === null ? [] : [`in ${spanText(returned.took)}`]),
    ...(call.reason === null ? [] : [call.reason]),
    ...(call.location === null ? [] : [`by ${call.location}`]),
    ...(call.socket === null ? [] : [call.socket.state]),
    `cpu ${call.cpu}`,
  ].join(', ')
