// SPDX-License-Identifier: MIT
import { statSync } from 'node:fs'
import { environmentError, usageError } from '../errors.ts'
import { addressText, type Prefix } from '../filter/address.ts'
import type { Wanted } from '../filter/filter.ts'
import type { Netns } from '../filter/netns.ts'
import type { Range } from '../filter/port.ts'
import { jsonRow } from '../format/json.ts'
import type { Io } from '../cli/io.ts'
import type { Answering } from '../cli/options.ts'
import { loadFacts } from '../program/loadFacts.ts'
import { openEhash, type EhashChoice } from '../ehash/open.ts'

/** Looks one 5-tuple up in the TCP hash and prints the answer as `name value` lines, or as one JSON object. */
export const ehashLookup = async (options: Answering & Wanted & { ehash: EhashChoice }, io: Io): Promise<number> => {
  const saddr = oneAddress('--saddr', options.saddr)
  const daddr = oneAddress('--daddr', options.daddr)
  if (saddr.family !== daddr.family) throw usageError('--saddr and --daddr are of different families')
  const tuple = {
    family: saddr.family,
    saddr: addressText(saddr),
    sport: onePort('--sport', options.sport),
    daddr: addressText(daddr),
    dport: onePort('--dport', options.dport),
    netns: oneNetns(options.netns),
  }
  const ehash = openEhash(options.ehash, await loadFacts({ bpftrace: 'true' }))
  if (ehash === undefined)
    throw environmentError(
      'no source of look-ups is available',
      'load the module (trace-reset module load) or install iproute2',
    )
  try {
    const { answer } = await ehash.ask(tuple, { near: true })
    if (answer.error !== undefined) throw environmentError(`the look-up failed: ${answer.error}`)
    const told = { source: ehash.source, ...answer }
    io.out(
      options.format === 'json'
        ? jsonRow(told)
        : Object.entries(told)
            .map(([name, value]) => `${name} ${value}\n`)
            .join(''),
    )
    return 0
  } finally {
    ehash.close()
  }
}

const oneAddress = (option: string, [prefix, ...rest]: readonly Prefix[]): Prefix => {
  const whole = prefix?.family === 4 ? 32 : 128
  if (prefix === undefined || rest.length > 0 || prefix.bits !== whole)
    throw usageError(`${option}: a look-up is for one address`, HINT)
  return prefix
}

const onePort = (option: string, [range, ...rest]: readonly Range[]): number => {
  if (range === undefined || rest.length > 0 || range.first !== range.last)
    throw usageError(`${option}: a look-up is for one port`, HINT)
  return range.first
}

const oneNetns = ([netns, ...rest]: readonly Netns[]): number => {
  if (netns === 'all' || rest.length > 0) throw usageError('--netns: a look-up is for one network namespace', HINT)
  return netns ?? statSync('/proc/self/ns/net').ino
}

const HINT = 'for example: trace-reset ehash lookup --saddr 192.0.2.7 --sport 40000 --daddr 192.0.2.1 --dport 80'
