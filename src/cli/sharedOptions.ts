// SPDX-License-Identifier: MIT
import { InvalidArgumentError, Option, type Command } from 'commander'
import { usageError } from '../errors.ts'
import { parseCauses } from '../filter/parseVerdict.ts'
import { FORMATS } from '../format/format.ts'
import { CATALOGUE, PACKET_STEPS } from '../program/catalogue.ts'
import { isKey, KEYS, type Key } from '../summary/tally.ts'
import { checked } from './filterOptions.ts'
import type { Expectation } from './options.ts'
import { COLOURS } from './terminal.ts'

/** Adds how and where verdicts are printed, and how many; `moreFormats` are those of this command alone. */
export const withOutput = (command: Command, moreFormats: readonly string[] = []): Command =>
  command
    .optionsGroup('Output:')
    .addOption(formatOption('how verdicts are printed', moreFormats))
    .addOption(colorOption())
    .option('-o, --output <file>', 'verdicts to a file; - is standard output')
    .option('--pcapng <file>', 'packets for Wireshark, with verdicts as comments; or -')
    .addOption(countOption('end after this many verdicts'))

/** `--format`, of FORMATS and of `more`. */
export const formatOption = (about: string, more: readonly string[] = []) =>
  new Option('-f, --format <form>', about).choices([...Object.keys(FORMATS), ...more]).default('table')

/** `--color`. */
export const colorOption = () => new Option('--color <when>', 'colours').choices(COLOURS).default('auto')

/** `--interval`, in seconds. */
export const intervalOption = () =>
  new Option('-i, --interval <seconds>', 'redraw so often').argParser(positive).default(1)

/** `--speed`. */
export const speedOption = () =>
  new Option('--speed <times>', 'play a recording N times as fast as it was').argParser(positive)

/** Adds which kernel functions are printed as steps. */
export const withSteps = (command: Command): Command =>
  command
    .option('--packets', 'each packet, step by step through the kernel')
    .addOption(
      new Option('--probe <names>', 'further steps, of those that trace-reset probes lists')
        .argParser((text: string, previous: readonly string[]) => [...previous, ...parseSteps(text)])
        .default([], 'none'),
    )

/**
 * Checks the filters, and makes one list of the steps: `--packets` stands for PACKET_STEPS. An output to `-` is none. Throws a
 * usage error.
 */
export const whole = <T extends object>(
  given: T & { packets?: true; probe?: readonly string[]; output?: string | undefined },
) => ({
  ...checked(withoutDash(given)),
  steps: [...(given.packets === true ? PACKET_STEPS : []), ...(given.probe ?? [])],
})

/** An output to `-` is none. */
export const withoutDash = <T extends { output?: string | undefined }>(given: T): T =>
  given.output === '-' ? { ...given, output: undefined } : given

/** Adds what is printed beyond the verdicts. */
export const withShown = (command: Command): Command =>
  command
    .addOption(new Option('-q, --quiet', 'one line for each verdict: its head').conflicts(['verbose', 'wide']))
    .addOption(new Option('-v, --verbose', 'the evidence of each verdict').conflicts(['quiet', 'wide']))
    .addOption(new Option('-w, --wide', 'one line for each verdict, with everything').conflicts(['quiet', 'verbose']))
    .option('--explain', 'what each cause means, and what to look at next')
    .option('--stack', 'the kernel stack of each reset')
    .addOption(summaryOption())
    .option('--balance', "at the end, what was seen against the kernel's counters")

const summaryOption = () =>
  new Option('--summary [keys]', 'counts in their place, by cause, owner, peer, ...')
    .argParser(parseKeys)
    .preset('cause,outcome,who,confidence')

const parseKeys = (text: string): Key[] => {
  const names = text.split(',')
  const unknown = names.find((name) => !isKey(name))
  if (unknown !== undefined)
    throw usageError(
      `--summary: no such key: ${JSON.stringify(unknown)}`,
      `give some of ${Object.keys(KEYS).join(', ')}, as in --summary=cause,peer; a file stands before --summary`,
    )
  return [...new Set(names.filter(isKey))]
}

/** `--format` of a command that answers a question. */
export const answerOption = () =>
  new Option('-f, --format <form>', 'for people, or an object a line').choices(['text', 'json']).default('text')

/** `--ttl`. */
export const ttlOption = () => new Option('--ttl', "hold a RST's TTL against each packet's: dearer")

const parseSteps = (text: string): string[] => {
  const names = text.split(',')
  const unknown = names.find((name) => !CATALOGUE.some((traced) => traced.name === name))
  if (unknown === undefined) return names
  throw usageError(`--probe: no such kernel function: ${JSON.stringify(unknown)}`, 'trace-reset probes lists them')
}

/** `--ehash`. */
export const ehashOption = () =>
  new Option('--ehash <source>', 'who looks into the TCP hash').choices(['best', 'module', 'ss', 'off']).default('best')

/** `--bpftrace`. */
export const bpftraceOption = () => new Option('--bpftrace <file>', 'the bpftrace executable').default('bpftrace')

/** `--facts`. */
export const factsOption = () => new Option('--facts <file>', "another machine's doctor --json in this one's place")

/** A whole number from 1 up. Throws commander's own error, which becomes a usage error. */
export const positive = (text: string) => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is not a number from 1 up.')
  return Number(text)
}

/** One value of `--expect`, after those before it. Throws a usage error. */
const expectation = (text: string, previous: readonly Expectation[]): Expectation[] => {
  const [, name = '', count] = /^([^=]*)(?:=(\d{1,9}))?$/.exec(text) ?? []
  if (name === '')
    throw usageError(`--expect: ${JSON.stringify(text)} is not a cause`, 'give CAUSE or CAUSE=N, as in linger-zero=2')
  return [
    ...previous,
    { name, causes: parseCauses('--expect', name), count: count === undefined ? undefined : Number(count) },
  ]
}

/** `--expect`. */
export const expectOption = () =>
  new Option('--expect <cause[=n]>', 'exit with 4 unless it occurred, or occurred n times')
    .argParser(expectation)
    .default([], 'none')

/** The longest timer there is: 2^31 - 1 milliseconds. */
const MOST_SECONDS = 2_147_483

const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600 }

/** `30`, `30s`, `5m` or `1h` in seconds. Throws commander's own error, which becomes a usage error. */
export const duration = (text: string) => {
  const [, number = '', unit = ''] = /^([1-9]\d{0,8})([smh]?)$/.exec(text) ?? []
  const seconds = Number(number) * (SECONDS[unit] ?? 1)
  if (seconds === 0 || seconds > MOST_SECONDS) throw new InvalidArgumentError('It is not a time of 1 s to 596 h.')
  return seconds
}

/** `--timeout`. */
export const timeoutOption = () =>
  new Option('--timeout <time>', 'end so long after the beginning: 30, 5m, 1h').argParser(duration)

/** `--count`, of verdicts or of sockets. */
export const countOption = (about: string) =>
  new Option('-n, --count <n>', about).argParser(positive).default(Infinity, 'no end')
