// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { readProcNetTcp } from '../../src/host/procNetTcp.ts'

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     '
const row = (local: string, remote: string, state: string, inode: number) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 ffff888103c48000 20 4 24 10 -1                     `
const read = (...rows: string[]) => readProcNetTcp([HEAD, ...rows, ''].join('\n'))

const LOCAL = '010200C0:0050'
const PEER = '020200C0:9C40'
const V4 = { family: 4, saddr: '192.0.2.2', sport: 40000, daddr: '192.0.2.1', dport: 80, inode: 11315 }

const LOCAL6 = 'B80D0120000000000000000001000000:0050'
const PEER6 = 'B80D0120000000000000000002000000:9C40'
const V6 = { ...V4, family: 6, saddr: '2001:db8::2', daddr: '2001:db8::1' }

const ANY = '00000000:0000'
const ANYBODY = { saddr: '0.0.0.0', sport: 0 }
const ANY6 = '00000000000000000000000000000000:0000'
const ANYBODY6 = { saddr: '::', sport: 0 }

const MAPPED = '0000000000000000FFFF0000010200C0:0050'
const MAPPED_PEER = '0000000000000000FFFF0000020200C0:9C40'

test.each<[string, string, object[]]>([
  ['established', row(LOCAL, PEER, '01', 11315), [V4]],
  ['closed by the peer', row(LOCAL, PEER, '08', 11315), [V4]],
  ['connecting', row(LOCAL, PEER, '02', 11315), [V4]],
  ['that listens', row(LOCAL, ANY, '0A', 11315), [{ ...V4, ...ANYBODY }]],
  ['that listens to any address', row('00000000:0050', ANY, '0A', 11315), [{ ...V4, ...ANYBODY, daddr: '0.0.0.0' }]],
  ['that listens, of IPv6', row(LOCAL6, ANY6, '0A', 11315), [{ ...V6, ...ANYBODY6 }]],
  [
    'that listens to any address of IPv6',
    row(`${ANY6.slice(0, 33)}0050`, ANY6, '0A', 11315),
    [{ ...V6, ...ANYBODY6, daddr: '::' }],
  ],
  // A Java server that is bound to an IPv4 address has such a socket.
  ['that listens, of IPv6 bound to an IPv4 address', row(MAPPED, ANY6, '0A', 11315), [{ ...V4, ...ANYBODY }]],
  ['in TIME_WAIT is nobody’s', row(LOCAL, PEER, '06', 0), []],
  ['of IPv6', row(LOCAL6, PEER6, '01', 11315), [V6]],
  ['of IPv6 that carries IPv4', row(MAPPED, MAPPED_PEER, '01', 11315), [V4]],
  ['whose inode is beyond 2^31', row(LOCAL, PEER, '01', 4294967295), [{ ...V4, inode: 4294967295 }]],
])('a socket %s', (_, line, expected) => {
  expect(read(line)).toEqual(expected)
})

test('each row is one, in order', () => {
  expect(read(row(LOCAL, PEER, '01', 1), row(LOCAL6, PEER6, '01', 2)).map(({ inode }) => inode)).toEqual([1, 2])
})

test.each([
  ['nothing', ''],
  ['the head alone', HEAD],
  ['half a row', `${HEAD}\n   0: 010200C0:0050 0202`],
  ['a row without its inode', `${HEAD}\n   0: ${LOCAL} ${PEER} 01 00000000:00000000`],
  ['an address of another length', `${HEAD}\n${row('010200:0050', PEER, '01', 1)}`],
  ['something else', 'hello\nworld hello world hello world hello world hello'],
])('%s gives none', (_, text) => {
  expect(readProcNetTcp(text)).toEqual([])
})

test('the real file has a connection of ours, from both of its ends', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const client = connect(port, '127.0.0.1')
  const accepted = once(server, 'connection')
  await once(client, 'connect')
  await accepted
  const found = readProcNetTcp(readFileSync('/proc/self/net/tcp', 'latin1'))
  const here = { family: 4, saddr: '127.0.0.1', daddr: '127.0.0.1' }
  expect(found).toContainEqual(expect.objectContaining({ ...here, sport: client.localPort, dport: port }))
  expect(found).toContainEqual(expect.objectContaining({ ...here, sport: port, dport: client.localPort }))
  expect(found).toContainEqual(expect.objectContaining({ ...here, saddr: '0.0.0.0', sport: 0, dport: port }))
  client.destroy()
  server.close()
})
