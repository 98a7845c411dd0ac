// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'

const SERVICES = '/etc/services'

/** The TCP port that services(5) gives a name, aliases too; undefined when it has none, or is not there. */
export const servicePort = (name: string): number | undefined => {
  try {
    return readServices(readFileSync(SERVICES, 'utf8')).get(name)
  } catch {
    return undefined
  }
}

/** Reads lines of `http 80/tcp www # comment`. Of two lines with one name the first counts, as for getservbyname(3). */
export const readServices = (text: string): Map<string, number> => {
  const ports = text.split('\n').flatMap((line) => {
    const [name = '', port = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/)
    const [, number] = /^(\d{1,5})\/tcp$/.exec(port) ?? []
    return number === undefined ? [] : [name, ...aliases].map((word) => [word, Number(number)] as const)
  })
  return new Map(ports.toReversed())
}
