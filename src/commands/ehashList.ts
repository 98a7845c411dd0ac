// SPDX-License-Identifier: MIT
import { statSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { listModule, type Listed } from '../ehash/list.ts'
import { netnsPaths } from '../host/netns.ts'
import type { Filter } from '../filter/filter.ts'
import { matches } from '../filter/match.ts'
import { endpoint } from '../flow/tuple.ts'
import { jsonRow } from '../format/json.ts'
import type { Io } from '../cli/io.ts'
import type { Answering } from '../cli/options.ts'
import { MODULE_DEVICE } from '../host/facts.ts'

/** Prints the sockets of the TCP hash, in all states, a line each. It reads the whole table, so it is for study. */
export const ehashList = async (options: Answering & Filter & { count: number }, io: Io): Promise<number> => {
  let left = options.count
  let begun = false
  for (const netns of namespaces(options)) {
    for (const slice of listModule(MODULE_DEVICE, netns)) {
      if (!begun && options.format === 'text') io.out(row('STATE', 'PEER', 'LOCAL', 'SND_UNA', 'SND_NXT', 'RCV_NXT'))
      begun = true
      const wanted = slice.filter(({ tuple }) => matches(options, tuple)).slice(0, left)
      io.out(wanted.map(options.format === 'json' ? socketJson : socketRow).join(''))
      left -= wanted.length
      // Let signals and the reader of our output run between two slices.
      await setImmediate()
      if (left === 0 || io.stop.aborted) return 0
    }
  }
  return 0
}

// Without --netns only our own network namespace is listed, since each one costs a pass through the table.
const namespaces = ({ netns }: Filter): number[] => {
  if (netns.length === 0) return [statSync('/proc/self/ns/net').ino]
  return netns.includes('all') ? [...netnsPaths().keys()] : netns.filter((inode) => inode !== 'all')
}

const socketJson = ({ tuple, fields }: Listed) => jsonRow({ ...tuple, ...Object.fromEntries(fields) })

const socketRow = ({ tuple, fields }: Listed) =>
  row(
    fields.get('substate') ?? fields.get('state') ?? '',
    endpoint(tuple.saddr, tuple.sport),
    endpoint(tuple.daddr, tuple.dport),
    ...['snd_una', 'snd_nxt', 'rcv_nxt'].map((name) => fields.get(name) ?? '-'),
  )

const row = (state: string, peer: string, local: string, ...numbers: string[]) =>
  [state.padEnd(12), peer.padEnd(21), local.padEnd(21), ...numbers.map((number) => number.padStart(10))].join(' ') +
  '\n'
