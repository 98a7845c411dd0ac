// SPDX-License-Identifier: MIT
import { usageError } from '../errors.ts'
import { STATES } from '../flow/states.ts'
import { CAUSES, isCause, type CauseId } from '../verdict/causes.ts'

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

/** `nginx,tokio-runtime-w` -> names of tasks, cut where the kernel cuts them. Throws a usage error on an empty one. */
export const parseComms = (option: string, text: string): string[] =>
  text.split(',').map((part) => {
    if (part === '') {
      throw usageError(`${option}: a name is empty`, 'give the names that ps -o comm shows, separated by commas')
    }
    return new TextDecoder().decode(new TextEncoder().encode(part).subarray(0, NAME_BYTES))
  })

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

/** `established,TCP_SYN_SENT,none` -> names of states.ts. Throws a usage error that names the part that is wrong. */
export const parseStates = (option: string, text: string): string[] =>
  text.split(',').map((part) => {
    const name = part.toUpperCase().replace(/^TCP_/, '')
    const known: readonly string[] = STATES
    if (!known.includes(name)) {
      throw usageError(
        `${option}: ${JSON.stringify(part)} is not a TCP state`,
        `known are: ${STATES.join(', ').toLowerCase()}, the first for no socket`,
      )
    }
    return name
  })

/** `linger-zero,unknown` -> causes. Throws a usage error that names the part that is wrong. */
export const parseCauses = (_: string, text: string): CauseId[] => text.split(',').map(parseCause)

export const parseCause = (name: string): CauseId => {
  if (isCause(name)) return name
  throw usageError(`there is no cause ${JSON.stringify(name)}`, `known are: ${Object.keys(CAUSES).join(', ')}`)
}
