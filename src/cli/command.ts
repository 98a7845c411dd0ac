// SPDX-License-Identifier: MIT
import { Argument, Command } from 'commander'
import type { EhashChoice } from '../ehash/open.ts'
import type { Filter, Wanted } from '../filter/filter.ts'
import { parseCause } from '../filter/parseVerdict.ts'
import type { CauseId } from '../verdict/causes.ts'
import { MORE_HELP, withBriefHelp } from './brief.ts'
import { checked, withFilter, withTuple, withVerdictFilter, type Names } from './filterOptions.ts'
import { BELOW_OPTIONS, LINE_EACH } from './help.ts'
import { addPages } from './pages.ts'
import { addTogether } from './together.ts'
import { hintAtHelp, refuseStrayWords } from './usage.ts'
import type {
  Actions,
  Answering,
  CausesOptions,
  ProgramOptions,
  ReplayOptions,
  ReportOptions,
  SchemaName,
  TopOptions,
  TraceOptions,
} from './options.ts'
import {
  answerOption,
  bpftraceOption,
  colorOption,
  countOption,
  ehashOption,
  expectOption,
  factsOption,
  intervalOption,
  speedOption,
  timeoutOption,
  ttlOption,
  whole,
  withOutput,
  withShown,
  withSteps,
} from './sharedOptions.ts'
import { otlpOption, requireMetrics, withOutlets } from './outletOptions.ts'
import { recordAgeOption, recordFilesOption, recordSizeOption, withRotation } from './rotationOptions.ts'

/** What every command is made with; `done` takes the exit code of the one that ran. */
type Setting = { actions: Actions; names: Names; done: (exitCode: number) => void }

/** The command line: every command with its options, defaults and bounds. Nothing else parses values. */
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
    .helpCommand('help [command]', 'the same as --help')
    .configureHelp(LINE_EACH)
    .addHelpText('after', BELOW_OPTIONS)
  const setting = { actions, names, done }
  addTrace(root, setting)
  root.optionsGroup('Options:').version(version, '-V, --version', 'the version')
  root.helpOption('-h, --help', MORE_HELP)
  for (const add of [
    addReplay,
    addTop,
    addProgram,
    addProbes,
    addEhash,
    addModule,
    addDoctor,
    addCauses,
    addReport,
    addTogether,
    addSchema,
    addPages,
  ])
    add(root, setting)
  // After those that inherit the -h of their own.
  withBriefHelp(root)
  refuseStrayWords(root)
  hintAtHelp(root)
  return root
}

const addTrace = (root: Command, { actions, names, done }: Setting) =>
  withOutlets(withShown(withSteps(withOutput(withVerdictFilter(withFilter(root, names))))))
    .optionsGroup('Tracing:')
    .addOption(ttlOption())
    .option('--record <file>', 'keep all events for replay; x.gz is gzipped')
    .addOption(recordSizeOption())
    .addOption(recordAgeOption())
    .addOption(recordFilesOption())
    .addOption(timeoutOption())
    .addOption(ehashOption())
    .addOption(bpftraceOption())
    .addOption(factsOption())
    .action(async (options: TraceOptions) => {
      requireMetrics(options)
      done(await actions.trace(withRotation(whole(options))))
    })

const addReplay = (root: Command, { actions, names, done }: Setting) => {
  const replay = root.command('replay').argument('<file...>', 'recordings; - is standard input')
  withBriefHelp(withShown(withSteps(withOutput(withVerdictFilter(withFilter(replay, names)), ['parquet']))))
    .description('judge recordings: no root, no bpftrace, no Linux needed')
    .addOption(expectOption())
    .addOption(otlpOption())
    .action(async (files: string[], options: ReplayOptions) => done(await actions.replay(files, whole(options))))
}

const addTop = (root: Command, { actions, names, done }: Setting) =>
  withBriefHelp(withVerdictFilter(withFilter(root.command('top'), names)))
    .description('resets counted by cause, redrawn; live or of recordings')
    .argument('[file...]', 'recordings; - is standard input')
    .optionsGroup('Output:')
    .addOption(intervalOption())
    .option('-C, --no-clear', 'no screen: print the table again after each interval')
    .addOption(speedOption())
    .addOption(colorOption())
    .optionsGroup('Tracing:')
    .addOption(ttlOption())
    .addOption(ehashOption())
    .addOption(bpftraceOption())
    .addOption(factsOption())
    .action(async (files: string[], options: TopOptions) =>
      done(await actions.top(files, whole({ ...options, format: 'table', count: Infinity }))),
    )

const addProgram = (root: Command, { actions, names, done }: Setting) =>
  withSteps(withFilter(root.command('program'), names))
    .description('the bpftrace program that would run')
    .addOption(ttlOption())
    .addOption(bpftraceOption())
    .addOption(factsOption())
    .action(async (options: ProgramOptions) => done(await actions.program(whole(options))))

const addProbes = (root: Command, { actions, done }: Setting) =>
  root
    .command('probes')
    .description('the kernel functions used, and which this kernel has')
    .addOption(answerOption())
    .addOption(bpftraceOption())
    .addOption(factsOption())
    .action(async (options: Answering & { bpftrace: string }) => done(await actions.probes(options)))

const addEhash = (root: Command, { actions, names, done }: Setting) => {
  const ehash = root.command('ehash').description("ask the kernel's TCP hash")
  withTuple(ehash.command('lookup'), names)
    .description('what the TCP hash holds for one 5-tuple')
    .addOption(answerOption())
    .addOption(ehashOption())
    .action(async (options: Answering & Wanted & { ehash: EhashChoice }) =>
      done(await actions.ehashLookup(checked(options))),
    )

  withFilter(ehash.command('list'), names)
    .description('the sockets that a filter selects; needs tcphash.ko')
    .addOption(answerOption())
    .addOption(countOption('end after this many sockets'))
    .action(async (options: Answering & Filter & { count: number }) => done(await actions.ehashList(checked(options))))
}

const addModule = (root: Command, { actions, done }: Setting) => {
  const module = root.command('module').description('the kernel module tcphash.ko, for exact look-ups')
  const verbs = [
    ['build', 'compile it for the running kernel'],
    ['load', 'load what was built (root)'],
    ['unload', 'unload it (root)'],
  ] as const
  for (const [verb, about] of verbs)
    module
      .command(verb)
      .description(about)
      .action(async () => done(await actions.module(verb, { format: 'text' })))
  module
    .command('status')
    .description('say whether it is built, loaded and usable')
    .addOption(answerOption())
    .action(async (options: Answering) => done(await actions.module('status', options)))
}

const addDoctor = (root: Command, { actions, done }: Setting) =>
  root
    .command('doctor')
    .description('what this machine lacks to trace, and how to get it')
    .addOption(answerOption())
    .addOption(bpftraceOption())
    .option('--json', 'print the facts of this machine, as --facts takes them')
    .action(async (options: Answering & { bpftrace: string; json?: true }) => done(await actions.doctor(options)))

const addCauses = (root: Command, { actions, done }: Setting) =>
  root
    .command('causes')
    .argument('[cause]', 'explain this one in full', parseCause)
    .description('what the causes mean, and what to do next')
    .option('--list', 'their names alone')
    .addOption(answerOption())
    .action(async (cause: CauseId | undefined, options: CausesOptions) => done(await actions.causes(cause, options)))

const addReport = (root: Command, { actions, names, done }: Setting) => {
  const report = root.command('report').argument('<files...>', 'recordings, or - for standard input')
  withBriefHelp(withVerdictFilter(withFilter(report, names)))
    .description('one page of HTML about recordings, for a ticket')
    .optionsGroup('Output:')
    .option('-o, --output <file>', 'write the page to a file instead of standard output')
    .action(async (files: string[], options: ReportOptions) => done(await actions.report(files, checked(options))))
}

const addSchema = (root: Command, { actions, done }: Setting) =>
  root
    .command('schema')
    .addArgument(new Argument('[what]', 'of which lines').choices(['verdict', 'recording']).default('verdict'))
    .description('the JSON Schema of the output, or of recordings')
    .action(async (what: SchemaName) => done(await actions.schema(what)))
