// SPDX-License-Identifier: MIT
// The owners of what is open in this very process, out of /proc.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAddresses } from '../../src/filter/address.ts'
import { ANY, type Filter } from '../../src/filter/filter.ts'
import { findOwners } from '../../src/host/sockets.ts'
import type { Kind } from '../../src/observation.ts'
import { at } from '../samples.ts'

const server = createServer()
let port = 0
let client: ReturnType<typeof connect>

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
  client = connect(port, '127.0.0.1')
  await Promise.all([once(server, 'connection'), once(client, 'connect')])
})

afterAll(() => {
  client.destroy()
  server.close()
})

const found = async (filter: Partial<Filter>) => {
  const owners: Kind<'owner'>[] = []
  const clock = { hear: () => undefined, now: () => at(5), boot: at(0), wasSet: () => undefined }
  for await (const one of findOwners({ ...ANY, ...filter }, clock)) owners.push(one)
  return owners
}
const ports = (first: number) => [{ first, last: first }]
const told = (owners: Kind<'owner'>[]) => owners.map(({ tuple: { saddr, sport } }) => (sport === 0 ? saddr : sport))

test('a listener has no peer, and is told with the connections that it has accepted', async () => {
  const owners = await found({ dport: ports(port) })
  expect(new Set(told(owners))).toEqual(new Set(['0.0.0.0', client.localPort]))
  for (const one of owners)
    expect(one).toMatchObject({
      kind: 'owner',
      fn: 'proc',
      sk: null,
      at: at(5),
      task: { pid: process.pid, exit_code: null },
    })
})

test.each<[string, () => Partial<Filter>, (string | number)[]]>([
  ['peers', () => ({ saddr: parseAddresses('', '192.0.2.0/24') }), ['0.0.0.0']],
  ['peers’ ports', () => ({ sport: ports(1) }), ['0.0.0.0']],
  ['ports that are not there', () => ({ notDport: ports(port) }), []],
])('a filter of %s', async (_, filter, expected) => {
  expect(told(await found({ dport: ports(port), ...filter() }))).toEqual(expected)
})

test('the other end is a connection of its own', async () => {
  expect(told(await found({ sport: ports(port), dport: ports(client.localPort ?? 0) }))).toEqual([port])
})
