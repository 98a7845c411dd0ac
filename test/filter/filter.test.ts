// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { parseAddresses } from '../../src/filter/address.ts'
import { describeFilter } from '../../src/filter/describe.ts'
import { ANY, families, type Filter } from '../../src/filter/filter.ts'
import { parseNetns, type FindNetns } from '../../src/filter/netns.ts'
import { parsePorts } from '../../src/filter/port.ts'
import { thrown } from '../thrown.ts'

const addresses = (text: string): Filter => ({ ...ANY, saddr: parseAddresses('--saddr', text) })
const SERVICES = new Map([
  ['http', 80],
  ['x11-6', 6006],
  ['80-x', 1],
])
const ports = (text: string): Filter => ({ ...ANY, dport: parsePorts('--dport', text, (name) => SERVICES.get(name)) })

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
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['::ffff:192.0.2.1/120', '192.0.2.0/24'],
  ['::ffff:0:0/96', '0.0.0.0/0'],
  ['::ffff:0:0/95', '::fffe:0:0/95'],
  ['::fffe:192.0.2.1', '::fffe:c000:201'],
  ['::192.0.2.1', '::c000:201'],
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
  ['http,443', '80,443'],
  ['x11-6', '6006'],
  ['80-x', '1'],
])('ports: %s', (text, described) => {
  expect(describeFilter(ports(text))).toBe(`dport=${described}`)
})

const findNetns: FindNetns = (text) =>
  ['1', 'web', '/run/netns/web'].includes(text) ? { inode: 7 } : { tried: 'none' }

test.each([
  ['4026531840,1', [4026531840, 7]],
  ['4026531833', [4026531833]],
  ['4294967295', [4294967295]],
  ['net:[4026531840]', [4026531840]],
  ['web,/run/netns/web', [7, 7]],
  ['all', ['all']],
])('network namespaces: %s', (text, expected) => {
  expect(parseNetns('--netns', text, findNetns)).toEqual(expected)
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
  ' 192.0.2.7',
  '-192.0.2.7',
  '192.0.2.7\n',
  '192.0.2.7\0',
  '$(id)',
  '9'.repeat(100_000),
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
  ['192.0.2.7/08', 32],
  ['192.0.2.7/8 ', 32],
  ['::ffff:192.0.2.7/129', 128],
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

test.each([
  '',
  'htpp',
  'HTTP',
  'http ',
  'http-443',
  '080',
  '80\n',
  '80\0',
  '$(id)',
  '__proto__',
  '9'.repeat(9999),
  '65536',
  '-1',
  '80-',
  '-80',
  '443-80',
  '80-65536',
  '8 0',
  '1e3',
  '0x50',
  '٨٠',
  '80-90-100',
])('no port: %j', (part) => {
  expect(thrown(() => ports(`443,${part}`))).toEqual({
    message: `--dport: ${JSON.stringify(part)} is not a port`,
    hint: 'give 0 to 65535, a range as in 8000-8100, a name of /etc/services, or several separated by commas',
    exitCode: 2,
  })
})

test.each([
  '',
  '0',
  '-1',
  '2',
  '01',
  'net:[1',
  'mnt:[4026531840]',
  '12345678901',
  'al',
  ' all',
  'a\nb',
  'a\0',
  '$(id)',
])('no network namespace: %j', (part) => {
  const { message, hint, exitCode } = thrown(() => parseNetns('--netns', `web,${part}`, findNetns))
  expect(message.startsWith(`--netns: ${JSON.stringify(part)} is not a network namespace: `)).toBe(true)
  expect({ hint, exitCode }).toEqual({
    hint: 'give an inode, a PID, a path, a name of ip netns, or all; readlink /proc/PID/ns/net prints the inode',
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

test('what is excluded contradicts nothing, unless it is a whole family', () => {
  const filter = {
    ...ANY,
    saddr: parse('192.0.2.1'),
    notDaddr: parse('192.0.2.1,::/0'),
    notSaddr: parse('192.0.2.0/24'),
  }
  expect(families(filter)).toEqual([4])
  expect(thrown(() => families({ ...filter, notSaddr: parse('0.0.0.0/0') })).exitCode).toBe(2)
})

test('families that contradict each other', () => {
  const filter = { ...ANY, saddr: parseAddresses('', '192.0.2.1'), daddr: parseAddresses('', '2001:db8::1') }
  expect(thrown(() => families(filter))).toEqual({
    message: 'the addresses are of different families: nothing can match',
    hint: 'no packet has an IPv4 source and an IPv6 destination; -4 and -6 leave one family',
    exitCode: 2,
  })
})
