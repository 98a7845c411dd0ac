// SPDX-License-Identifier: MIT
import { Argument, Command } from 'commander'
import { usageError } from '../errors.ts'
import type { EhashChoice } from '../ehash/open.ts'
import type { Filter, Wanted } from '../filter/filter.ts'
import { didYouMean } from '../filter/nearest.ts'
import { parseCause } from '../filter/parseVerdict.ts'
import type { CauseId } from '../verdict/causes.ts'
import { checked, withFilter, withTuple, withVerdictFilter, type Names } from './filterOptions.ts'
import { EXAMPLES } from './help.ts'
import type { Actions, ProgramOptions, ReplayOptions, SchemaName, TraceOptions } from './options.ts'
import {
  bpftraceOption,
  countOption,
  ehashOption,
  expectOption,
  factsOption,
  lightOption,
  whole,
  withOutput,
  withShown,
  withSteps,
} from './sharedOptions.ts'

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
    .addHelpText('after', EXAMPLES)
  const setting = { actions, names, done }
  addTrace(root, setting)
  root.optionsGroup('Options:').version(version, '-V, --version')
  for (const add of [addReplay, addProgram, addProbes, addEhash, addModule, addDoctor, addCauses, addSchema])
    add(root, setting)
  refuseStrayWords(root)
  hintAtHelp(root)
  return root
}

/** Refuses what commander would drop: options of a trace before the name of a command, and names of no command. */
const refuseStrayWords = (root: Command) => {
  root.allowExcessArguments().hook('preSubcommand', (_, command) => {
    const stray = root.options.find((option) => root.getOptionValueSource(option.attributeName()) === 'cli')
    if (stray !== undefined)
      throw usageError(
        `${stray.long}: write it behind ${command.name()}`,
        `before it stand no options, as in: trace-reset ${command.name()} ... ${stray.flags}`,
      )
  })
  root.hook('preAction', (_, command) => {
    const [word] = command.args
    if (command !== root || word === undefined) return
    const names = root.commands.map((known) => known.name())
    throw usageError(
      `there is no command ${JSON.stringify(word)}`,
      didYouMean(word, names, 'trace-reset --help lists the commands'),
    )
  })
}

/** Ends each usage error with the help of its own command. */
const hintAtHelp = (command: Command, path = command.name()) => {
  command.showHelpAfterError(
    `hint: ${path} --help shows ${path.includes(' ') ? 'its options' : 'options and examples'}`,
  )
  for (const below of command.commands) hintAtHelp(below, `${path} ${below.name()}`)
}

const addTrace = (root: Command, { actions, names, done }: Setting) =>
  withShown(withSteps(withOutput(withVerdictFilter(withFilter(root, names)))))
    .optionsGroup('Tracing:')
    .addOption(lightOption())
    .option('--record <file>', 'save all events for replay; gzipped when the name ends in .gz')
    .addOption(ehashOption())
    .addOption(bpftraceOption())
    .addOption(factsOption())
    .action(async (options: TraceOptions) => done(await actions.trace(whole(options))))

const addReplay = (root: Command, { actions, names, done }: Setting) => {
  const replay = root.command('replay').argument('<file>', 'a recording, or - for standard input')
  withShown(withSteps(withOutput(withVerdictFilter(withFilter(replay, names)))))
    .description('judge a recording; needs no root, no bpftrace, no Linux')
    .addOption(expectOption())
    .action(async (file: string, options: ReplayOptions) => done(await actions.replay(file, whole(options))))
}

const addProgram = (root: Command, { actions, names, done }: Setting) =>
  withSteps(withFilter(root.command('program'), names))
    .description('print the bpftrace program, without running it')
    .addOption(lightOption())
    .addOption(bpftraceOption())
    .addOption(factsOption())
    .action(async (options: ProgramOptions) => done(await actions.program(whole(options))))

const addProbes = (root: Command, { actions, done }: Setting) =>
  root
    .command('probes')
    .description('list the kernel functions that traces use, and which of them this kernel has')
    .addOption(bpftraceOption())
    .addOption(factsOption())
    .action(async (options: { bpftrace: string }) => done(await actions.probes(options)))

const addEhash = (root: Command, { actions, names, done }: Setting) => {
  const ehash = root.command('ehash').description("ask the kernel's TCP hash")
  withTuple(ehash.command('lookup'), names)
    .description('what the TCP hash holds for one 5-tuple: --saddr --sport --daddr --dport [--netns]')
    .addOption(ehashOption())
    .action(async (options: Wanted & { ehash: EhashChoice }) => done(await actions.ehashLookup(checked(options))))

  withFilter(ehash.command('list'), names)
    .description('list the sockets of the TCP hash that the filter selects (root, tcphash.ko)')
    .addOption(countOption('end after this many sockets'))
    .action(async (options: Filter & { count: number }) => done(await actions.ehashList(checked(options))))
}

const addModule = (root: Command, { actions, done }: Setting) => {
  const module = root.command('module').description('the kernel module tcphash.ko, for exact look-ups')
  const verbs = [
    ['build', 'compile it for the running kernel'],
    ['load', 'load what was built (root)'],
    ['unload', 'unload it (root)'],
    ['status', 'say whether it is built, loaded and usable'],
  ] as const
  for (const [verb, about] of verbs)
    module
      .command(verb)
      .description(about)
      .action(async () => done(await actions.module(verb)))
}

const addDoctor = (root: Command, { actions, done }: Setting) =>
  root
    .command('doctor')
    .description('check whether this machine can trace, and say how to fix what is missing')
    .addOption(bpftraceOption())
    .option('--json', 'print the facts of this machine, as --facts takes them')
    .action(async (options: { bpftrace: string; json?: true }) => done(await actions.doctor(options)))

const addCauses = (root: Command, { actions, done }: Setting) =>
  root
    .command('causes')
    .argument('[cause]', 'explain this one in full', parseCause)
    .description('explain the causes, and what to do next')
    .action(async (cause: CauseId | undefined) => done(await actions.causes(cause)))

const addSchema = (root: Command, { actions, done }: Setting) =>
  root
    .command('schema')
    .addArgument(new Argument('[what]', 'of which lines').choices(['verdict', 'recording']).default('verdict'))
    .description('print the JSON Schema of the output, or of recordings')
    .action(async (what: SchemaName) => done(await actions.schema(what)))
