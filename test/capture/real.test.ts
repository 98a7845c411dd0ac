// SPDX-License-Identifier: MIT
// Two captures that dumpcap wrote of one session on a kernel, on its loopback with 80 bytes of each packet and on all interfaces: a
// program aborts with SO_LINGER 0, a port where nothing listens, and a write after the peer's close.
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { replayHere } from '../command.ts'

const capture = (name: string) => fileURLToPath(new URL(`real/${name}.pcap`, import.meta.url))

const causes = async (name: string, local: string) => {
  const { stdout } = await replayHere([capture(name), '--local', local, '-f', 'csv'])
  return stdout
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').slice(2, 4).join(' '))
}

test.each(['loopback', 'cooked'])(
  '%s: what the peer did is likely, what this host did is its kernel to tell',
  async (name) => {
    expect(await causes(name, '127.0.0.1')).toEqual([
      'received peer-aborted',
      'received connection-refused',
      'received write-after-peer-close',
    ])
    expect(await causes(name, '127.0.0.2')).toEqual(['sent unknown', 'sent unknown', 'sent unknown'])
  },
)
