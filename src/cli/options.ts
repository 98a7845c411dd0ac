// SPDX-License-Identifier: MIT
import { Command, InvalidArgumentError, Option } from 'commander'
import { usageError } from '../errors.ts'
import type { Filter, Wanted } from '../filter/filter.ts'
import { checked, withFilter, withTuple, withVerdictFilter, type Names } from './filterOptions.ts'
import { FORMATS, type FormatName } from '../format/format.ts'
import { CATALOGUE, PACKET_STEPS } from '../program/catalogue.ts'
import type { EhashChoice } from '../ehash/open.ts'
import type { CauseId } from '../verdict/causes.ts'
import { parseCause } from '../filter/parseVerdict.ts'
import type { VerdictFilter } from '../filter/verdict.ts'

/** What a trace and a replay have in common. */
export type OutputOptions = Filter &
  VerdictFilter & {
    format: FormatName
    output?: string
    count: number
    steps: readonly string[]
    stack?: true
    explain?: true
    summary?: true
  }
export type TraceOptions = OutputOptions & {
  light?: true
  record?: string
  ehash: EhashChoice
  bpftrace: string
  facts?: string
}
export type Expectation = { cause: CauseId; count: number | undefined }
export type ReplayOptions = OutputOptions & { expect: readonly Expectation[] }
export type ProgramOptions = Filter & {
  steps: readonly string[]
  light?: true
  bpftrace: string
  facts?: string
}

/** What each command does; every one gives its exit code. */
export type Actions = {
  trace: (options: TraceOptions) => Promise<number>
  replay: (file: string, options: ReplayOptions) => Promise<number>
  program: (options: ProgramOptions) => Promise<number>
  probes: (options: { bpftrace: string; facts?: string }) => Promise<number>
  ehashLookup: (options: Wanted & { ehash: EhashChoice }) => Promise<number>
  ehashList: (options: Filter & { count: number }) => Promise<number>
  module: (verb: 'build' | 'load' | 'unload' | 'status') => Promise<number>
  doctor: (options: { bpftrace: string; json?: true }) => Promise<number>
  causes: (cause: CauseId | undefined) => Promise<number>
}

const EXAMPLES = `
Addresses and ports are those of packets that arrive at this host: --saddr is
the peer, --dport the port here; a connection is selected in both directions.
Options combine: different ones must all hold; lists and repetitions mean or.

Examples:
  trace-reset                                every reset, until Ctrl-C
  trace-reset --saddr 192.0.2.7 --dport 80   those of one client and our port 80
  trace-reset --saddr 192.0.2.0/24,2001:db8::/32 --dport 80,8000-8100
  trace-reset --not-saddr 192.0.2.1 --dport https   without the health checks
  trace-reset --netns web --comm nginx       a namespace of ip netns, a process
  trace-reset --cause linger-zero,unread-data-on-close --not-state close_wait
  trace-reset --sport 5432 --record db.jsonl.gz  connections to a database, kept
  trace-reset replay db.jsonl.gz --format json   the same verdicts, anywhere
  trace-reset replay db.jsonl.gz --comm psql --expect peer-aborted=2
  trace-reset --dport 80 --format json -n 1 | jq .cause
  trace-reset causes unread-data-on-close    what it means, what to do next
  trace-reset doctor                         what is missing on this machine

Exit codes: 0 ended, 1 the trace or the recording failed, 2 usage, 3 this
machine cannot trace as it is, 4 an expectation of replay does not hold.`

/** The command line: every option, default and bound. Values are parsed here and nowhere else. */
export const createCommand = (
  version: string,
  actions: Actions,
  names: Names,
  done: (exitCode: number) => void,
): Command => {
  const root = new Command('trace-reset')
    .description('Who reset this TCP connection, and why? Answered from the kernel, with evidence.')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(`trace-reset: ${text.replace(/^error: /, '').replace(/\n\(/, ' (')}`),
    })
    .showHelpAfterError('hint: trace-reset --help shows the options and examples')
    .addHelpText('after', EXAMPLES)
  withShown(withSteps(withOutput(withVerdictFilter(withFilter(root, names)))))
    .optionsGroup('Tracing:')
    .addOption(lightOption())
    .option('--record <file>', 'keep what was observed, to replay; gzipped when the name ends in .gz')
    .addOption(ehashOption())
    .addOption(bpftraceOption())
    .addOption(factsOption())
    .optionsGroup('Options:')
    .version(version, '-V, --version')
    .action(async (options: TraceOptions) => done(await actions.trace(whole(options))))

  const replay = root.command('replay').argument('<file>', 'a recording, or - for standard input')
  withShown(withSteps(withOutput(withVerdictFilter(withFilter(replay, names)))))
    .description('judge a recording: no root, no bpftrace, no Linux needed')
    .addOption(
      new Option('--expect <cause[=n]>', 'exit with 4 unless the cause was given, n times if said')
        .argParser(expectation)
        .default([], 'none'),
    )
    .action(async (file: string, options: ReplayOptions) => done(await actions.replay(file, whole(options))))

  withSteps(withFilter(root.command('program'), names))
    .description('print the bpftrace program that would run, and run nothing')
    .addOption(lightOption())
    .addOption(bpftraceOption())
    .addOption(factsOption())
    .action(async (options: ProgramOptions) => done(await actions.program(whole(options))))

  root
    .command('probes')
    .description('list the kernel functions used, and whether this kernel has them')
    .addOption(bpftraceOption())
    .addOption(factsOption())
    .action(async (options: { bpftrace: string }) => done(await actions.probes(options)))

  const ehash = root.command('ehash').description("ask the kernel's TCP hash")
  withTuple(ehash.command('lookup'), names)
    .description('what the TCP hash holds for one 5-tuple: --saddr --sport --daddr --dport [--netns]')
    .addOption(ehashOption())
    .action(async (options: Wanted & { ehash: EhashChoice }) => done(await actions.ehashLookup(checked(options))))

  withFilter(ehash.command('list'), names)
    .description('every socket of the TCP hash that the filter selects, in all states (root, tcphash.ko)')
    .addOption(
      new Option('-n, --count <n>', 'end after so many sockets').argParser(positive).default(Infinity, 'no end'),
    )
    .action(async (options: Filter & { count: number }) => done(await actions.ehashList(checked(options))))

  const module = root.command('module').description('the kernel module tcphash.ko, for exact look-ups')
  const verbs = {
    build: 'compile it for the running kernel',
    load: 'load what was built (root)',
    unload: 'unload it (root)',
    status: 'tell whether it is built, loaded and usable',
  } as const
  for (const verb of ['build', 'load', 'unload', 'status'] as const) {
    module
      .command(verb)
      .description(verbs[verb])
      .action(async () => done(await actions.module(verb)))
  }

  root
    .command('doctor')
    .description('tell what this machine needs to trace, with the remedies')
    .addOption(bpftraceOption())
    .option('--json', 'print the facts of this machine, as --facts takes them')
    .action(async (options: { bpftrace: string; json?: true }) => done(await actions.doctor(options)))

  root
    .command('causes')
    .argument('[cause]', 'one of them, in full', parseCause)
    .description('what the causes mean, and what to do next')
    .action(async (cause: CauseId | undefined) => done(await actions.causes(cause)))
  return root
}

const withOutput = (command: Command): Command =>
  command
    .optionsGroup('Output:')
    .addOption(
      new Option('-f, --format <format>', 'how verdicts are printed').choices(Object.keys(FORMATS)).default('table'),
    )
    .option('-o, --output <file>', 'write verdicts to a file instead of standard output')
    .addOption(
      new Option('-n, --count <n>', 'end after this many verdicts').argParser(positive).default(Infinity, 'no end'),
    )

const withSteps = (command: Command): Command =>
  command
    .option('--packets', 'each packet of these connections, step by step through the kernel')
    .addOption(
      new Option('--probe <names>', 'kernel functions as further steps: trace-reset probes')
        .argParser((text: string, previous: readonly string[]) => [...previous, ...parseSteps(text)])
        .default([], 'none'),
    )

/** The steps of the trail that were asked for, as one list: `--packets` is so many of them. */
const whole = <T extends object>(given: T & { packets?: true; probe?: readonly string[] }) => ({
  ...checked(given),
  steps: [...(given.packets === true ? PACKET_STEPS : []), ...(given.probe ?? [])],
})

const withShown = (command: Command): Command =>
  command
    .option('--explain', 'what each cause means, what usually makes it, what to look at next')
    .option('--stack', 'the kernel stack of each reset')
    .option('--summary', "at the end, what was seen against the kernel's own counters")

const lightOption = () => new Option('--light', 'attach nothing that runs per packet: cheaper, says less')

const parseSteps = (text: string): string[] => {
  const names = text.split(',')
  const unknown = names.find((name) => !CATALOGUE.some((traced) => traced.name === name))
  if (unknown === undefined) return names
  throw usageError(`--probe: no such kernel function: ${JSON.stringify(unknown)}`, 'trace-reset probes lists them')
}

const ehashOption = () =>
  new Option('--ehash <source>', 'who looks into the TCP hash').choices(['best', 'module', 'ss', 'off']).default('best')
const bpftraceOption = () => new Option('--bpftrace <file>', 'the bpftrace to run').default('bpftrace')
const factsOption = () =>
  new Option('--facts <file>', "facts from another machine's doctor --json, instead of this one's")

const positive = (text: string) => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is not a number from 1 up.')
  return Number(text)
}

const expectation = (text: string, previous: readonly Expectation[]): Expectation[] => {
  const [, name = '', count] = /^([^=]*)(?:=(\d{1,9}))?$/.exec(text) ?? []
  if (name === '')
    throw usageError(`--expect: ${JSON.stringify(text)} is not a cause`, 'give CAUSE or CAUSE=N, as in linger-zero=2')
  return [...previous, { cause: parseCause(name), count: count === undefined ? undefined : Number(count) }]
}
