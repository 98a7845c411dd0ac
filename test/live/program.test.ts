// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAddresses } from '../../src/filter/address.ts'
import { ANY, type Filter } from '../../src/filter/filter.ts'
import { parsePorts } from '../../src/filter/port.ts'
import { CATALOGUE } from '../../src/live/catalogue.ts'
import type { Btf } from '../../src/live/btf.ts'
import { requireBtf } from '../../src/live/check.ts'
import { fillHoles, writeProgram } from '../../src/live/program.ts'
import { loadFacts } from '../../src/live/recordedFacts.ts'
import { filters } from '../filter/arbitrary.ts'

const file = (path: string) => new URL(`../../${path}`, import.meta.url).pathname
const probe = (name: string) => readFileSync(file(`probes/${name}`), 'utf8')
const btfOf = async (kernel: string): Promise<Btf> =>
  requireBtf(await loadFacts({ facts: file(`test/live/facts/${kernel}.json`), bpftrace: 'bpftrace' }))

const FILTER: Filter = {
  ...ANY,
  saddr: parseAddresses('', '192.0.2.0/24,198.51.100.7'),
  dport: parsePorts('', '80,8000-8100'),
}

test.each(['5.10', '6.1', '6.12', '7.2'])('the program for the kernel of %s', async (kernel) => {
  const { text, probes, missing } = writeProgram(await btfOf(kernel), FILTER, probe)
  await expect(text).toMatchFileSnapshot(`golden/${kernel}.bt`)
  expect({ probes, missing }).toEqual({ probes: CATALOGUE.map(({ name }) => name), missing: [] })
})

test('the program for any connection', async () => {
  await expect(writeProgram(await btfOf('6.1'), ANY, probe).text).toMatchFileSnapshot('golden/any.bt')
})

test('every hole is filled', async () => {
  const { text } = writeProgram(await btfOf('6.1'), ANY, probe)
  expect(text).not.toMatch(/\/\*[{}]|[{}]\*\//)
})

test('a hole without a value is a fault', () => {
  expect(() => fillHoles('x /*{nothing*/ 1 /*}*/', {})).toThrow('no value for the hole nothing')
})

test('every probe file has a place in the catalogue, and every place a file', () => {
  expect(readdirSync(file('probes')).toSorted()).toEqual(['frame.bt', ...CATALOGUE.map((one) => one.file)].toSorted())
})

test.each([
  ['tcp_reset', 'tcp_reset'],
  ['ip_send_unicast_reply', 'tcp_v4_send_reset'],
  ['tcp_v4_rcv', 'tcp_v4_rcv'],
])('without %s there is no %s, and nothing else is missing', async (lacking, missing) => {
  const btf = await btfOf('6.1')
  const { [lacking]: _, ...functions } = btf.functions
  const program = writeProgram({ ...btf, functions }, ANY, probe)
  expect(program.missing).toEqual([missing])
  expect(program.text).not.toContain(`kprobe:${lacking}\n`)
  expect(program.text).not.toContain(`kprobe:${missing}\n`)
})

test('without tcp_v4_rcv nothing reads the maps that it fills', async () => {
  const btf = await btfOf('6.1')
  const { tcp_v4_rcv: _, ...functions } = btf.functions
  expect(writeProgram({ ...btf, functions }, ANY, probe).text).not.toMatch(/@(ttl|packets|last)\b/)
})

test('without the typedef of its tracepoint there is no such probe', async () => {
  expect(writeProgram({ ...(await btfOf('6.1')), typedefs: [] }, ANY, probe).missing).toEqual(['inet_sock_set_state'])
})

// Numbers aside, two filters of the same form give the same program: nothing else of a filter gets in.
test('nothing of a filter gets into a program but numbers', async () => {
  const btf = await btfOf('6.12')
  const bare = writeProgram(btf, ANY, probe).text.split('\n').slice(1).join('\n')
  fc.assert(
    fc.property(filters, (filter) => {
      const [head = '', ...lines] = writeProgram(btf, filter, probe).text.split('\n')
      expect(head).toMatch(/^\/\/ Written by trace-reset\. Filter: (any|[a-z0-9=:.,/ -]+)$/)
      const words = new Set(lines.join('\n').match(/[^\s()]+/g))
      for (const known of bare.match(/[^\s()]+/g) ?? []) words.delete(known)
      for (const word of words) expect(word).toMatch(/^(\d+|0x[0-9a-f]{8}|\$\w+|==|&&|\|\||&|>=|<=)$/)
    }),
  )
})
