// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { ANY, families, parseAddresses, parseNetns, parsePorts, type Filter } from '../../src/filter/filter.ts'
import { describeFilter } from '../../src/filter/render.ts'
import { thrown } from '../thrown.ts'

const addresses = (text: string): Filter => ({ ...ANY, saddr: parseAddresses('--saddr', text) })
const ports = (text: string): Filter => ({ ...ANY, dport: parsePorts('--dport', text) })

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['192.0.2.7/32', '192.0.2.7'],
  ['192.0.2.7/24', '192.0.2.0/24'],
  ['255.255.255.255/1', '128.0.0.0/1'],
  ['192.0.2.7/0', '0.0.0.0/0'],
  ['192.0.2.7,198.51.100.0/25', '192.0.2.7,198.51.100.0/25'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['2001:db8::1/128', '2001:db8::1'],
  ['2001:db8:ffff::/33', '2001:db8:8000::/33'],
  ['::/0,192.0.2.1', '::/0,192.0.2.1'],
])('addresses: %s', (text, described) => {
  expect(describeFilter(addresses(text))).toBe(`saddr=${described}`)
})

test.each([
  ['80', '80'],
  ['0', '0'],
  ['65535', '65535'],
  ['0-65535', '0-65535'],
  ['80-80', '80'],
  ['80,443,8000-8100', '80,443,8000-8100'],
])('ports: %s', (text, described) => {
  expect(describeFilter(ports(text))).toBe(`dport=${described}`)
})

test('network namespaces', () => {
  expect(parseNetns('--netns', '4026531840,1')).toEqual([4026531840, 1])
})

const NO_ADDRESS = 'give an address or a prefix, as in 192.0.2.7 or 2001:db8::/32; separate several by commas'

test.each([
  '',
  'localhost',
  '192.0.2',
  '192.0.2.256',
  '192.0.2.07',
  '0x7f.0.0.1',
  '3221225991',
  '192.0.2.7 ',
  '192.0.2.7:80',
  '[2001:db8::1]',
  '2001:db8::1%eth0',
  '2001:db8:::1',
  '192.0.2.7"; system("id")',
])('no address: %j', (part) => {
  expect(thrown(() => addresses(`198.51.100.1,${part}`))).toEqual({
    message: `--saddr: ${JSON.stringify(part)} is not an IP address`,
    hint: NO_ADDRESS,
    exitCode: 2,
  })
})

test.each([
  ['192.0.2.7/33', 32],
  ['192.0.2.7/', 32],
  ['192.0.2.7/-1', 32],
  ['192.0.2.7/8/8', 32],
  ['192.0.2.7/255.255.255.0', 32],
  ['2001:db8::/129', 128],
])('no prefix length: %s', (part, width) => {
  const { message, hint, exitCode } = thrown(() => addresses(part))
  expect({ message, exitCode }).toEqual({
    message: `--saddr: ${JSON.stringify(part)} has no prefix length of 0 to ${width}`,
    exitCode: 2,
  })
  expect(hint).toBeDefined()
})

test.each(['', 'http', '65536', '-1', '80-', '-80', '443-80', '80-65536', '8 0', '1e3', '0x50', '٨٠', '80-90-100'])(
  'no port: %j',
  (part) => {
    expect(thrown(() => ports(`443,${part}`))).toEqual({
      message: `--dport: ${JSON.stringify(part)} is not a port`,
      hint: 'give 0 to 65535, a range as in 8000-8100, or several separated by commas',
      exitCode: 2,
    })
  },
)

test.each(['', '0', '-1', 'net:[4026531840]', '12345678901', '01'])('no network namespace: %j', (part) => {
  expect(thrown(() => parseNetns('--netns', part))).toEqual({
    message: `--netns: ${JSON.stringify(part)} is not the inode of a network namespace`,
    hint: 'readlink /proc/PID/ns/net prints it',
    exitCode: 2,
  })
})

const parse = (text: string | undefined) => (text === undefined ? [] : parseAddresses('', text))

test.each([
  [undefined, undefined, [4, 6]],
  ['192.0.2.1', undefined, [4]],
  [undefined, '::1', [6]],
  ['192.0.2.1,::1', undefined, [4, 6]],
  ['192.0.2.1,::1', '::/0', [6]],
])('families of %s and %s', (saddr, daddr, expected) => {
  expect(families({ ...ANY, saddr: parse(saddr), daddr: parse(daddr) })).toEqual(expected)
})

test('families that contradict each other', () => {
  const filter = { ...ANY, saddr: parseAddresses('', '192.0.2.1'), daddr: parseAddresses('', '2001:db8::1') }
  expect(thrown(() => families(filter))).toEqual({
    message: '--saddr and --daddr are of different families: nothing can match',
    hint: 'no packet has an IPv4 source and an IPv6 destination',
    exitCode: 2,
  })
})
