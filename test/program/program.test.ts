// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAddresses } from '../../src/filter/address.ts'
import { ANY, type Filter } from '../../src/filter/filter.ts'
import { parsePorts } from '../../src/filter/port.ts'
import { CATALOGUE, PACKET_STEPS } from '../../src/program/catalogue.ts'
import type { Btf } from '../../src/host/btf.ts'
import { requireBtf } from '../../src/program/check.ts'
import { NAT, namesOf, PARTS } from '../../src/program/parts.ts'
import { body, fill } from '../../src/program/fill.ts'
import { writeProgram, type Wanted } from '../../src/program/program.ts'
import { loadFacts } from '../../src/program/loadFacts.ts'
import type { Symbols } from '../../src/host/facts.ts'
import { filters } from '../filter/arbitrary.ts'

const file = (path: string) => new URL(`../../${path}`, import.meta.url).pathname
const probe = (name: string) => readFileSync(file(`probes/${name}`), 'utf8')

type Kernel = { btf: Btf; symbols: Symbols }
const kernelOf = async (name: string): Promise<Kernel> => {
  const facts = await loadFacts({ facts: file(`test/host/facts/${name}.json`), bpftrace: 'bpftrace' })
  return { btf: requireBtf(facts), symbols: facts.symbols }
}
const KERNELS = ['5.10', '6.1', '6.12', '7.2']

const write = ({ btf, symbols }: Kernel, wanted: Partial<Wanted> = {}) =>
  writeProgram(btf, symbols, { filter: ANY, steps: [], ttl: false, ...wanted }, probe)

const without = ({ btf, symbols }: Kernel, ...names: string[]): Kernel => ({
  btf: {
    ...btf,
    functions: Object.fromEntries(Object.entries(btf.functions).filter(([name]) => !names.includes(name))),
  },
  symbols,
})

const natHere = ({ btf, symbols }: Kernel): Kernel => ({
  btf: { ...btf, functions: { ...btf.functions, read_null: ['file', 'buf', 'count', 'ppos'] } },
  symbols: { ...symbols, modules: ['nf_conntrack'] },
})

const FILTER: Filter = {
  ...ANY,
  saddr: parseAddresses('', '192.0.2.0/24,198.51.100.7'),
  dport: parsePorts('', '80,8000-8100'),
}
const EVERY_STEP = CATALOGUE.map(({ name }) => name)
const OF_PARTS = [...new Set(PARTS.flatMap(namesOf))]

/** The lines that attach: `kprobe:a, kprobe:b`. */
const attached = (text: string) => text.match(/^(?:k(?:ret)?probe|tracepoint|interval):.*$/gm) ?? []
const attaching = (text: string, name: string) => attached(text).filter((line) => line.split(/:|, /).includes(name))

describe('golden', () => {
  test.each(KERNELS)('the program for the kernel of %s', async (kernel) => {
    const { text, probes, missing } = write(await kernelOf(kernel), { filter: FILTER })
    await expect(text).toMatchFileSnapshot(`golden/${kernel}.bt`)
    // From 6.11 on a RST is told where it is dropped, with its socket, and nothing is attached where packets pass.
    const withDrops = ['6.12', '7.2'].includes(kernel)
    const wanted = OF_PARTS.filter((name) => !(withDrops && /^tcp_v[46]_rcv$/.test(name)))
    expect({ probes, missing }).toEqual({ probes: wanted, missing: [] })
  })

  test.each<[string, string, Partial<Wanted>]>([
    ['any connection', 'any', {}],
    ['both families', 'both', { filter: { ...ANY, saddr: parseAddresses('', '192.0.2.7,2001:db8::/32') } }],
    ['TTLs of each packet', 'ttl', { ttl: true }],
    ['each packet', 'packets', { filter: FILTER, steps: PACKET_STEPS }],
    ['every step', 'every', { filter: FILTER, steps: EVERY_STEP }],
  ])('the program for %s', async (_, name, wanted) => {
    await expect(write(await kernelOf('6.1'), wanted).text).toMatchFileSnapshot(`golden/${name}.bt`)
  })

  test('the program for a filter of ports on a kernel with conntrack', async () => {
    const { text, probes, missing } = write(natHere(await kernelOf('6.1')), { filter: FILTER })
    await expect(text).toMatchFileSnapshot('golden/nat.bt')
    expect({ probes: probes.slice(-3), missing }).toEqual({ probes: NAT.flatMap(namesOf), missing: [] })
  })

  test('the program for a kernel without kprobes', async () => {
    for (const kernel of ['6.1', '6.12']) {
      const { text } = write(without(await kernelOf(kernel), 'register_kprobe'), { filter: FILTER })
      await expect(text).toMatchFileSnapshot(`golden/${kernel}-tracepoints.bt`)
    }
  })
})

const printsOf = (text: string) =>
  (text.match(/printf\("reset [^;]*;/g) ?? [])
    .map((print) => print.replaceAll(/\s+/g, ' '))
    .filter((print) => print.includes('stack='))
const asks = (print: string) =>
  /caller=%lx caller_name=%s stack=%s/.test(print) && /reg\("r30"\), ksym\(reg\("r30"\)\)/.test(print)

describe('arm64', () => {
  test('a stack goes along with the function to which the probed one returns', async () => {
    const { text } = write(await kernelOf('6.12'), { machine: 'aarch64' })
    expect(printsOf(text).filter((print) => !asks(print))).toEqual([])
    expect(printsOf(text)).toHaveLength(5)
  })

  test('but not of tracepoints, whose stacks are whole, nor on another machine', async () => {
    const kernel = await kernelOf('6.12')
    for (const { text } of [
      write(without(kernel, 'register_kprobe'), { machine: 'aarch64' }),
      write(kernel, { machine: 'x86_64' }),
    ])
      expect(text).not.toContain('caller')
  })
})

const told = ({ text }: { text: string }) => attaching(text, '__nf_conntrack_confirm').length

describe('NAT', () => {
  test.each<[string, Filter, number]>([
    ['no filter', ANY, 0],
    ['a filter of namespaces', { ...ANY, netns: [4026531840] }, 0],
    ['a filter of ports', { ...ANY, notSport: parsePorts('', '80') }, 1],
    ['a filter of addresses', { ...ANY, daddr: parseAddresses('', '192.0.2.7') }, 1],
  ])('is followed for what it may change: %s', async (_, filter, count) => {
    const kernel = natHere(await kernelOf('6.12'))
    expect(told(write(kernel, { filter }))).toBe(count)
    expect(told(write(await kernelOf('6.12'), { filter }))).toBe(0)
    expect(told(write(without(kernel, 'register_kprobe'), { filter }))).toBe(0)
    expect(told(write(kernel, { filter, without: ['__nf_conntrack_confirm'] }))).toBe(0)
  })

  test('runs nothing for each packet but one question of its ports', async () => {
    const { text } = write(natHere(await kernelOf('6.1')), {
      filter: { ...ANY, dport: parsePorts('', '32193') },
      ttl: true,
    })
    const perPacket = text.slice(text.lastIndexOf('kprobe:tcp_v4_rcv'), text.indexOf('interval:s:60'))
    const [asked = ''] = /if \((.*)\) \{/.exec(perPacket) ?? []
    expect(asked.match(/@\w+/g)).toEqual(['@nat_ports'])
  })
})

test.each(KERNELS)('every hole and every mark is gone, whatever is asked for: %s', async (name) => {
  const kernel = await kernelOf(name)
  for (const one of [kernel, without(kernel, 'register_kprobe')]) {
    for (const ttl of [true, false]) {
      const { text } = write(one, { filter: FILTER, steps: EVERY_STEP, ttl })
      expect(text).not.toMatch(/\/\*[{}[\]]|[{}[\]]\*\//)
      expect(text).not.toMatch(/undefined|NaN|arg-1/)
    }
  }
})

test('a hole without a value is a fault', () => {
  expect(() => fill('x /*{nothing*/ 1 /*}*/', {})).toThrow('no value for the hole nothing')
  expect(() => fill('/*{nothing}*/', {})).toThrow('no value for the hole nothing')
})

test.each<[string, string, Record<string, string>, string]>([
  ['with a default', 'a /*{x*/ 1 /*}*/ b', { x: '2' }, 'a 2 b'],
  ['without', 'a /*{x}*/ b', { x: '2' }, 'a 2 b'],
  ['two in a line', '/*{x*/ 1 /*}*/ /*{y}*/', { x: '2', y: '3' }, '2 3'],
  ['whose value has a hole', '/*{x}*/', { x: '(/*{y}*/)', y: '3' }, '(3)'],
  ['of several lines, which keep the indent', '  /*{x}*/\n', { x: 'a\n  b' }, '  a\n    b\n'],
  ['within a line that is indented', '  if (/*{x*/ 1 /*}*/) {', { x: 'a\n&& b' }, '  if (a\n  && b) {'],
  ['of nothing, alone on its line', 'a\n  /*{x}*/\nb', { x: '' }, 'a\nb'],
  ['of nothing, within a line', 'a /*{x}*/ b', { x: '' }, 'a  b'],
])('a hole %s', (_, text, values, filled) => {
  expect(fill(text, values)).toBe(filled)
})

test('what is left of a file without its comment', () => {
  expect(body('// a\n//\n// b\nx {\n  // c\n}\n')).toBe('x {\n  // c\n}')
})

describe('a RST that answers, on its way to IP', () => {
  const REPLY6 = 'tcp_v6_send_response'

  test("is seen in the compiler's copy of the function", async () => {
    const { btf, symbols } = without(await kernelOf('6.1'), REPLY6)
    const copies = [...symbols.copies, `${REPLY6}.constprop.0`]
    const program = write({ btf, symbols: { ...symbols, copies } })
    expect(program.missing).toEqual([])
    expect(program.probes).toContain(REPLY6)
    expect(attaching(program.text, `${REPLY6}.constprop.0`)).toHaveLength(1)
    // A copy may take its arguments in other registers.
    expect(program.text.slice(program.text.indexOf(`kprobe:${REPLY6}.constprop.0`)).split('}')[0]).not.toContain('arg1')
    expect(write({ btf, symbols: { ...symbols, copies } }, { without: [REPLY6] }).missing).toEqual([REPLY6])
  })

  test('is seen of both families at a tracepoint where that tells of each, from 6.10 on', async () => {
    const program = write(without(await kernelOf('6.12'), REPLY6))
    expect(program.missing).toEqual([])
    expect(program.probes).toContain('tcp_send_reset')
    expect(attaching(program.text, 'tcp_send_reset')).toHaveLength(1)
    expect(attaching(program.text, 'ip_send_unicast_reply')).toEqual([])
    expect(write(await kernelOf('6.12'), { without: [REPLY6] }).probes).toContain('tcp_send_reset')
  })

  test('is not seen on a kernel whose tracepoint tells of full sockets only', async () => {
    const program = write(without(await kernelOf('6.1'), REPLY6))
    expect(program.missing).toEqual([REPLY6])
    expect(program.probes).not.toContain('tcp_send_reset')
    expect(program.probes).toContain('ip_send_unicast_reply')
  })
})

describe('what a kernel has not', () => {
  test.each([
    ['tcp_reset', ['tcp_reset']],
    ['security_sock_graft', ['security_sock_graft']],
    ['ip_send_unicast_reply', ['ip_send_unicast_reply']],
    ['tcp_v4_rcv', ['tcp_v4_rcv']],
    ['tcp_v6_rcv', ['tcp_v6_rcv']],
    ['tcp_v6_send_reset', ['tcp_v6_send_reset']],
  ])('without %s that is missing, and nothing else', async (lacking, missing) => {
    const program = write(without(await kernelOf('6.1'), lacking))
    expect(program.missing).toEqual(missing)
    expect(attaching(program.text, lacking)).toEqual([])
    expect(program.probes).toEqual(OF_PARTS.filter((name) => !missing.includes(name)))
  })

  test('without IPv6 nothing of it is attached to, and IPv4 is traced as ever', async () => {
    const kernel = await kernelOf('6.1')
    const six = Object.keys(kernel.btf.functions).filter((name) => /6/.test(name))
    const { text, missing } = write(without(kernel, ...six), { filter: FILTER })
    expect(missing).toEqual(['tcp_v6_rcv', 'tcp_v6_send_reset', 'tcp_v6_send_response'])
    expect(attached(text).filter((line) => line.includes('v6'))).toEqual([])
    for (const name of ['tcp_v4_rcv', 'tcp_v4_send_reset', 'ip_send_unicast_reply'])
      expect(attaching(text, name)).not.toEqual([])
  })

  test('without the answers there is nobody to look for their RSTs', async () => {
    const { text, missing } = write(without(await kernelOf('6.1'), 'tcp_v4_send_reset', 'tcp_v6_send_reset'))
    expect(missing).toEqual(['tcp_v4_send_reset', 'tcp_v6_send_reset', 'ip_send_unicast_reply', 'tcp_v6_send_response'])
    expect(text).not.toContain('@attempt')
  })

  test('without the typedef of its tracepoint there is no such probe', async () => {
    const { btf, symbols } = await kernelOf('6.1')
    const kept = ['security_sock_graft', 'tcp_finish_connect', 'tcp_child_process']
    expect(write({ btf: { ...btf, typedefs: [] }, symbols }).missing).toEqual([
      'inet_sock_set_state',
      ...kept,
      'kfree_skb',
    ])
  })

  test('what must not be attached to is as what is not there', async () => {
    const kernel = await kernelOf('6.1')
    const names = ['tcp_v4_rcv', 'tcp_v6_rcv', 'tcp_reset', 'inet_sock_set_state', 'kfree_skb', 'ip_rcv']
    const { btf, symbols } = without(kernel, ...names)
    const typedefs = btf.typedefs.filter((name) => !/set_state|kfree_skb/.test(name))
    expect(write(kernel, { without: names, steps: EVERY_STEP })).toEqual(
      write({ btf: { ...btf, typedefs }, symbols }, { steps: EVERY_STEP }),
    )
  })
})

const FLOW_MAPS = /@(ttl|packets|last|flows)\b/

describe('per packet', () => {
  test('without --ttl nothing is kept of a packet', async () => {
    for (const name of KERNELS) {
      const { text, missing } = write(await kernelOf(name))
      expect(text).not.toMatch(FLOW_MAPS)
      expect(missing).toEqual([])
    }
  })

  test('without tcp_v4_rcv and tcp_v6_rcv nothing reads the maps that they fill', async () => {
    const { text } = write(without(await kernelOf('6.1'), 'tcp_v4_rcv', 'tcp_v6_rcv'), { ttl: true })
    expect(text).not.toMatch(FLOW_MAPS)
  })
})

describe('steps', () => {
  test('each is attached to, with its return, in the order of the catalogue', async () => {
    const { text, probes } = write(await kernelOf('6.1'), { steps: ['tcp_done', 'ip_rcv'] })
    const bare = attached(write(await kernelOf('6.1')).text)
    expect(attached(text).slice(bare.length)).toEqual([
      'kprobe:ip_rcv',
      'kretprobe:ip_rcv',
      'kprobe:tcp_done',
      'kretprobe:tcp_done',
    ])
    expect(probes).toEqual([...OF_PARTS, 'ip_rcv', 'tcp_done'])
  })

  test('every drop takes the place of the drops of RSTs, which each trace tells', async () => {
    const kernel = await kernelOf('6.1')
    const drops = (steps: string[]) => attaching(write(kernel, { steps }).text, 'kfree_skb')
    // The other one tells whose socket a RST was for.
    expect(drops([])).toHaveLength(2)
    expect(drops(['kfree_skb'])).toHaveLength(2)
    expect(write(kernel).text).toContain('if ($protocol == 6 && ($flags & 4) != 0) {')
    expect(write(kernel, { steps: ['kfree_skb'] }).text).toContain('if ($protocol == 6 && 1) {')
  })

  test('a step that the trace has anyway is told once', async () => {
    expect(write(await kernelOf('6.1'), { steps: ['tcp_reset'] }).probes).toEqual(OF_PARTS)
  })

  test.each(KERNELS)('each prints its own name, and its return comes back to it: %s', async (name) => {
    const kernel = await kernelOf(name)
    for (const { name: step } of CATALOGUE.filter(({ type }) => type === 'function')) {
      const bare = write(kernel).text
      const { text, missing } = write(kernel, { steps: [step] })
      if (missing.includes(step)) continue
      const own = text.split('\n').filter((line) => !bare.includes(line))
      const printed = own.join('\n').match(/ fn=\w+/g)
      expect(printed).toEqual([` fn=${step}`, ` fn=${step}`])
    }
  })

  test('a function of a module is there when the module is loaded', async () => {
    const { btf } = await kernelOf('6.1')
    const absent = write({ btf, symbols: { modules: [], copies: [] } }, { steps: ['nf_send_reset'] })
    expect(absent.missing).toEqual(['nf_send_reset'])
    expect(attaching(absent.text, 'nf_send_reset')).toEqual([])
    const loaded = { btf, symbols: { modules: ['nf_reject_ipv4'], copies: [] } }
    const present = write(loaded, { steps: ['nf_send_reset', 'nf_send_reset6'] })
    expect(present.missing).toEqual(['nf_send_reset6'])
    expect(attaching(present.text, 'nf_send_reset')).toEqual(['kprobe:nf_send_reset', 'kretprobe:nf_send_reset'])
    expect(present.text).toContain('$skbaddr = (uint64)arg2;')
  })

  test('on 5.10 a copy of the compiler stands for tcp_send_challenge_ack, and keeps its name', async () => {
    const steps = ['tcp_send_challenge_ack']
    const kernel = await kernelOf('5.10')
    const { text, probes, missing } = write(kernel, { steps })
    expect(missing).toEqual([])
    expect(attached(text).slice(-2)).toEqual([
      'kprobe:tcp_send_challenge_ack.constprop.0',
      'kretprobe:tcp_send_challenge_ack.constprop.0',
    ])
    expect(text.match(/ fn=tcp_send_challenge_ack /g)).toHaveLength(2)
    expect(probes).toContain('tcp_send_challenge_ack')
    const symbols = { modules: [], copies: [] }
    expect(write({ ...kernel, symbols }, { steps }).missing).toEqual(steps)
  })

  test('a drop has a reason where the kernel has reasons', async () => {
    const steps = ['kfree_skb']
    expect(write(await kernelOf('5.10'), { steps }).text).not.toContain('args->reason')
    expect(write(await kernelOf('6.1'), { steps }).text).toContain('args->reason')
  })

  test('a look-up takes its 5-tuple where this kernel has it', async () => {
    const steps = ['__inet_lookup_established']
    expect(write(await kernelOf('6.12'), { steps }).text).toContain('$s0 = (uint64)(arg2 & 0xffffffff);')
    expect(write(await kernelOf('7.2'), { steps }).text).toContain('$s0 = (uint64)(arg1 & 0xffffffff);')
  })

  test('without kprobes a step that is a tracepoint is all that is left of them', async () => {
    const { missing } = write(without(await kernelOf('6.12'), 'register_kprobe'), { steps: EVERY_STEP })
    expect(missing).toEqual(EVERY_STEP.filter((name) => name !== 'kfree_skb'))
  })
})

test('every map but those of totals is cleared at the end: bpftrace would print it', async () => {
  const { text } = write(await kernelOf('6.1'), { steps: EVERY_STEP })
  const maps = new Set([...text.matchAll(/@(\w+)\[/g)].map(([, name]) => name))
  const cleared = [...text.slice(text.indexOf('\nEND')).matchAll(/clear\(@(\w+)\)/g)].map(([, name]) => name)
  const atEnd = cleared.slice(0, maps.size - 2)
  expect(new Set([...atEnd, 'sent', 'n'])).toEqual(maps)
})

// The handshake's last ACK and the client's first data have the same numbers, for as long as it sends them.
test.each(KERNELS)('a segment for a request socket is known by more than its numbers: %s', async (name) => {
  const { text } = write(await kernelOf(name))
  const [, asked = ''] = /if \(@request\[cpu\]\.0 ==([^{]*)\{/.exec(text) ?? []
  expect(asked).toContain('@request[cpu].1 == $skbaddr')
  expect(asked).toContain('nsecs - @request[cpu].2 <')
})

// Numbers aside, two filters of the same form give the same program: nothing else of a filter gets in.
test('nothing of a filter gets into a program but numbers', async () => {
  const kernel = await kernelOf('6.12')
  // A filter that asks for ports has them read earlier, always by the same text.
  const port = { ...ANY, dport: [{ first: 1, last: 1 }] }
  const bare = [ANY, port]
    .flatMap((filter) => write(kernel, { filter, steps: PACKET_STEPS }).text.split('\n').slice(1))
    .join('\n')
  fc.assert(
    fc.property(filters, (filter) => {
      const [head = '', ...lines] = write(kernel, { filter, steps: PACKET_STEPS }).text.split('\n')
      expect(head).toMatch(/^\/\/ Written by trace-reset\. Filter: (any|[a-z0-9=:.,/ -]+)$/)
      const words = new Set(lines.join('\n').match(/[^\s()]+/g))
      for (const known of bare.match(/[^\s()]+/g) ?? []) words.delete(known)
      for (const word of words) expect(word).toMatch(/^(\d+|0x[0-9a-f]{8}|\$\w+|[!=]=|&&|\|\||&|>>|[<>]=?)$/)
    }),
  )
})
