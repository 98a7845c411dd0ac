// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'

const SERVICES = '/etc/services'

/** The TCP port of a name or alias in services(5); undefined for an unknown name, and without the file. */
export const servicePort = (name: string): number | undefined => {
  try {
    return readServices(readFileSync(SERVICES, 'utf8')).get(name)
  } catch {
    return undefined
  }
}

/** Reads lines of `http 80/tcp www # comment`. The first line with a name counts, as for getservbyname(3). */
export const readServices = (text: string): Map<string, number> => {
  const ports = text.split('\n').flatMap((line) => {
    const [name = '', port = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/)
    const [, number] = /^(\d{1,5})\/tcp$/.exec(port) ?? []
    return number === undefined ? [] : [name, ...aliases].map((word) => [word, Number(number)] as const)
  })
  return new Map(ports.toReversed())
}
