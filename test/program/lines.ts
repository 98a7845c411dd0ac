// SPDX-License-Identifier: MIT
// Lines as our programs print them: made from the formats in the programs, so that a sample cannot drift from its probe.
import { readFileSync } from 'node:fs'
import { ANY } from '../../src/filter/filter.ts'
import { loadFacts } from '../../src/program/loadFacts.ts'
import { CATALOGUE } from '../../src/program/catalogue.ts'
import { requireBtf } from '../../src/program/check.ts'
import { placesOf } from '../../src/program/packed.ts'
import { writeProgram } from '../../src/program/program.ts'
import { factsOf } from '../command.ts'

/** What one printf of a program prints: `kind`, `fn` with `%llu` where the family goes, and the names in their order. */
export type Format = { kind: string; fn: string; names: string[]; text: string }

/** The names of the fields of a line or of a format, in their order; what follows a stack or a task's name is none. */
export const namesIn = (text: string): string[] =>
  [...text.replace(/(?<= comm=)[^]*$/, '').matchAll(/(?:^|\s)([\w+]+)=/g)].flatMap(([, name = '']) => name.split('+'))

const readProbe = (file: string) => readFileSync(new URL(`../../probes/${file}`, import.meta.url), 'utf8')

const NODE_PORT = { ...ANY, dport: [{ first: 32193, last: 32193 }] }

/** Every format of the programs of this kernel: of each trace, of every step, and of tracepoints alone. */
const formatsOf = async (kernel: string): Promise<Format[]> => {
  const facts = await loadFacts({ facts: factsOf(kernel), bpftrace: 'bpftrace' })
  const btf = requireBtf(facts)
  const { register_kprobe: _, ...functions } = btf.functions
  const steps = CATALOGUE.map(({ name }) => name)
  const nat = { functions: { ...btf.functions, read_null: ['file', 'buf', 'count', 'ppos'] } }
  const programs = [
    writeProgram(
      { ...btf, ...nat },
      { ...facts.symbols, modules: ['nf_conntrack'] },
      { filter: NODE_PORT, steps: [], ttl: false },
      readProbe,
    ),
    writeProgram(btf, facts.symbols, { filter: ANY, steps: [], ttl: false }, readProbe),
    writeProgram(btf, facts.symbols, { filter: ANY, steps, ttl: false }, readProbe),
    writeProgram({ ...btf, functions }, facts.symbols, { filter: ANY, steps: [], ttl: false }, readProbe),
  ]
  const texts = programs.flatMap(({ text }) => [...text.matchAll(/printf\("((?:[^"\\]|\\.)*)"/g)])
  return [...new Set(texts.map(([, text = '']) => text))].map((text) => ({
    kind: /^\w+/.exec(text)?.[0] ?? '',
    fn: / fn=([\w%]+)/.exec(text)?.[1] ?? '',
    names: namesIn(text),
    text: text.replace(/\\n$/, '\n'),
  }))
}

export const FORMATS: readonly Format[] = await formatsOf('6.1')

/** The format of the lines of this kind and function. Throws when no program prints such lines. */
export const formatFor = (kind: string, fn: string): Format => {
  const found = FORMATS.find((format) => format.kind === kind && matches(format.fn, fn))
  if (found === undefined) throw new Error(`no program prints ${kind} fn=${fn}`)
  return found
}

const matches = (format: string, fn: string) => new RegExp(`^${format.replaceAll('%llu', '[46]')}$`).test(fn)

/** What every line has, unless a test says otherwise: a segment or a socket of 192.0.2.2:40000 to port 80. */
const EVENT: Readonly<Record<string, string>> = {
  at: '5000000001',
  cpu: '1',
  n: '1',
  netns: '4026531840',
  family: '4',
  s0: '20200c0',
  s1: '0',
  sport: '40000',
  d0: '10200c0',
  d1: '0',
  dport: '80',
}

/**
 * A line with these values and those of EVENT, each field under its own name; any other number is 0, and any other text empty.
 * Throws on a value for a field that the program does not print there.
 */
export const lineOf = (kind: string, fn: string, values: Readonly<Record<string, string>> = {}): string =>
  written(kind, fn, values, (name, valueOf) =>
    name
      .split('+')
      .map((one) => `${one}=${valueOf(one)}`)
      .join(' '),
  )

/** The same line as the program prints it: small numbers share a word. */
export const printedLineOf = (kind: string, fn: string, values: Readonly<Record<string, string>> = {}): string =>
  written(kind, fn, values, (name, valueOf) => `${name}=${name.includes('+') ? packed(name, valueOf) : valueOf(name)}`)

type ValueOf = (name: string) => string

const written = (
  kind: string,
  fn: string,
  values: Readonly<Record<string, string>>,
  write: (name: string, valueOf: ValueOf) => string,
): string => {
  const { text, names } = formatFor(kind, fn)
  const strange = Object.keys(values).filter((name) => !names.includes(name))
  if (strange.length > 0) throw new Error(`${kind} fn=${fn} is printed without ${strange.join(', ')}`)
  return text
    .replace(/ fn=[\w%]+/, ` fn=${fn}`)
    .replaceAll(
      /(\s)([\w+]+)=%(\w+)/g,
      (_, blank: string, name: string, type: string) =>
        blank + write(name, (one) => values[one] ?? EVENT[one] ?? (type === 's' ? '' : '0')),
    )
}

// Of what is no number a probe prints one all the same.
const packed = (name: string, valueOf: ValueOf) =>
  placesOf(name)
    .map(({ name: one, bits, below }) => {
      const value = valueOf(one)
      return BigInt.asUintN(bits, /^-?\d+$/.test(value) ? BigInt(value) : 0n) << BigInt(below)
    })
    .reduce((sum, one) => sum | one, 0n)
    .toString(16)
