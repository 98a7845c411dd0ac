// SPDX-License-Identifier: MIT
import { usageError } from '../errors.ts'
import { ID_DIGITS } from '../flow/container.ts'
import { kernelState, STATES } from '../flow/states.ts'
import { OUTCOMES, WHO } from '../verdict/cause.ts'
import { CAUSES, isCause, type CauseId } from '../verdict/causes.ts'
import { CONFIDENCES } from '../verdict/rule.ts'
import { fitsGlob, isGlob } from './glob.ts'
import { didYouMean } from './nearest.ts'

/** `812,4000` -> PIDs. Throws a usage error that names the part that is wrong. */
export const parsePids = (option: string, text: string): number[] =>
  text.split(',').map((part) => {
    if (!/^[1-9]\d{0,9}$/.test(part)) {
      throw usageError(`${option}: ${JSON.stringify(part)} is not a PID`, 'give a number from 1 up; --comm takes names')
    }
    return Number(part)
  })

/** The kernel keeps so many bytes of a task's name (TASK_COMM_LEN less its NUL), and as many of an interface's (IFNAMSIZ). */
const NAME_BYTES = 15

/**
 * `nginx,tokio-runtime-w,php*` -> names of tasks, cut where the kernel cuts them, and patterns. Throws a usage error on an
 * empty one.
 */
export const parseComms = (option: string, text: string): string[] =>
  text.split(',').map((part) => {
    if (part === '') {
      throw usageError(`${option}: a name is empty`, 'give the names that ps -o comm shows, separated by commas')
    }
    return part.includes('*') ? part : new TextDecoder().decode(new TextEncoder().encode(part).subarray(0, NAME_BYTES))
  })

/** `web,web-*` -> names and patterns, as they are. Throws a usage error on an empty one. */
export const parseNames = (option: string, text: string): string[] =>
  text.split(',').map((part) => {
    if (part === '') throw usageError(`${option}: a name is empty`, 'separate names by commas')
    return part
  })

/** The same of containers: an id is cut to its first 12 digits, which stand for a container whose name is not known. */
export const parseContainers = (option: string, text: string): string[] =>
  parseNames(option, text).map((name) => (/^[0-9a-f]{13,64}$/.test(name) ? name.slice(0, ID_DIGITS) : name))

/** `eth0,veth1` -> names of interfaces. Throws a usage error on what dev_valid_name() of the kernel refuses. */
export const parseDevs = (option: string, text: string): string[] =>
  text.split(',').map((part) => {
    const bytes = new TextEncoder().encode(part).length
    if (bytes > NAME_BYTES || !/^[^\s/:\0]+$/.test(part) || part === '.' || part === '..') {
      throw usageError(
        `${option}: ${JSON.stringify(part)} is not the name of an interface`,
        'ip link shows them; separate several by commas',
      )
    }
    return part
  })

/** `established,TCP_SYN_SENT,fin-wait-1,none` -> names of states.ts. Throws a usage error that names the part that is wrong. */
export const parseStates = (option: string, text: string): string[] =>
  text.split(',').map((part) => {
    const name = kernelState(part)
    const known: readonly string[] = STATES
    if (known.includes(name)) return name
    const names = STATES.join(', ').toLowerCase()
    throw usageError(
      `${option}: ${JSON.stringify(part)} is not a TCP state`,
      didYouMean(part, names.split(', '), `known are: ${names}, the first for no socket`),
    )
  })

/** `linger-zero,ignored-*` -> causes. Throws a usage error that names the part that is wrong. */
export const parseCauses = (option: string, text: string): CauseId[] =>
  text.split(',').flatMap((part) => expand(part, Object.keys(CAUSES).filter(isCause), causeHint(option)))

/** The one cause of that name, or with a name that begins so. Throws a usage error. */
export const parseCause = (name: string): CauseId => {
  const [cause, ...others] = parseCauses('', name)
  if (cause !== undefined && others.length === 0) return cause
  throw usageError(`${JSON.stringify(name)} is not one cause`, 'trace-reset causes --list lists them')
}

/** `sent,ignored` -> outcomes. Throws a usage error that names the part that is wrong. */
export const parseOutcomes = (option: string, text: string) => oneOf(option, text, OUTCOMES)

/** `peer*,middlebox` -> whose doing. Throws a usage error that names the part that is wrong. */
export const parseWho = (option: string, text: string) => oneOf(option, text, WHO)

/** `likely,unknown` -> confidences. Throws a usage error that names the part that is wrong. */
export const parseConfidences = (option: string, text: string) => oneOf(option, text, CONFIDENCES)

/** How a word that is none of the known ones is refused. */
type Refusal = { option: string; what: (part: string) => string; otherwise: string }

const causeHint = (option: string): Refusal => ({
  option,
  what: (part) => `there is no cause ${part}`,
  otherwise: 'trace-reset causes --list lists them',
})

const oneOf = <T extends string>(option: string, text: string, known: readonly T[]): T[] =>
  text.split(',').flatMap((part) =>
    expand(part, known, {
      option,
      what: (word) => `there is no ${word}`,
      otherwise: `known are: ${known.join(', ')}`,
    }),
  )

// A word stands for itself, for the one name that begins so, or as a pattern for all that it fits.
const expand = <T extends string>(part: string, known: readonly T[], { option, what, otherwise }: Refusal): T[] => {
  const exact = known.filter((name) => name === part)
  if (exact.length > 0) return exact
  const message = `${option === '' ? '' : `${option}: `}${what(JSON.stringify(part))}`
  if (isGlob(part)) {
    const fitting = known.filter((name) => fitsGlob(part, name))
    if (fitting.length > 0) return fitting
    throw usageError(message, otherwise)
  }
  const begun = part === '' ? [] : known.filter((name) => name.startsWith(part))
  if (begun.length === 1) return begun
  if (begun.length > 1)
    throw usageError(`${message}: it may be ${begun.join(', ')}`, `write more of the name, or ${part}* for all of them`)
  throw usageError(message, didYouMean(part, known, otherwise))
}
