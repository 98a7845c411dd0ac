// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { execa } from 'execa'
import { netnsPaths } from './netns.ts'
import type { Filter } from '../filter/filter.ts'
import { admitsNetns } from '../filter/match.ts'
import type { Kind } from '../observation.ts'
import type { Clock } from './clock.ts'

/** The kernel's counters about resets (RFC 4022): RSTs sent, and connections that ended without a close. */
const NAMES = ['OutRsts', 'EstabResets', 'AttemptFails', 'InSegs'] as const

/**
 * The kernel's counters of each network namespace that the filter admits and that a process leads to; `mounts`: also of those
 * that only a mount leads to, which takes a process each.
 */
export const readCounters = async (filter: Filter, clock: Clock, mounts: boolean): Promise<Kind<'counters'>[]> => {
  const paths = [...netnsPaths()].filter(([inode]) => admitsNetns(filter, inode))
  const answers = await Promise.all(paths.map(async ([netns, path]) => ({ netns, values: await ask(path, mounts) })))
  return answers.flatMap(({ netns, values }) =>
    values === undefined ? [] : { kind: 'counters', at: clock.now(), netns, values },
  )
}

const ask = async (path: string, mounts: boolean) => {
  const process = /^(\/proc\/\w+)\/ns\/net$/.exec(path)?.[1]
  if (process !== undefined) return ofProcess(process)
  return mounts ? ofMount(path) : undefined
}

// The process may have ended since.
const ofProcess = (directory: string) => {
  try {
    return readSnmp(readFileSync(`${directory}/net/snmp`, 'latin1'))
  } catch {
    return undefined
  }
}

// After nsenter, /proc/thread-self/net belongs to the network namespace that was entered.
const ofMount = async (path: string) => {
  const { stdout, failed } = await execa('nsenter', [`--net=${path}`, 'cat', '/proc/thread-self/net/snmp'], {
    reject: false,
    stdin: 'ignore',
    timeout: 10_000,
  })
  return failed ? undefined : readSnmp(stdout)
}

/** Reads the two lines of /proc/net/snmp that begin with `Tcp:`: names, and values. */
export const readSnmp = (text: string): Record<string, number> => {
  const [names = [], values = []] = text
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '))
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = Number(values[names.indexOf(name)])
      return Number.isSafeInteger(value) && value >= 0 ? [[name, value]] : []
    }),
  )
}
