// SPDX-License-Identifier: MIT
import { usageError } from '../errors.ts'

/** Ports from first to last, both included, host order. */
export type Range = { first: number; last: number }

/** The TCP port of a service by its name, where this machine has one. */
export type ServicePort = (name: string) => number | undefined

/** `80,8000-8100,https` -> ranges. Throws a usage error that names the part that is wrong. */
export const parsePorts = (option: string, text: string, servicePort: ServicePort = () => undefined): Range[] =>
  text.split(',').map((part) => {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
    const first = from === undefined ? servicePort(part) : port(from)
    const last = to === undefined ? first : port(to)
    if (first === undefined || last === undefined || first > last) {
      throw usageError(
        `${option}: ${JSON.stringify(part)} is not a port`,
        'give 0 to 65535, a range as in 8000-8100, a name of /etc/services, or several separated by commas',
      )
    }
    return { first, last }
  })

// 010 is 8 to some and 10 to others.
const port = (text: string) => (/^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65535 ? Number(text) : undefined)
