// SPDX-License-Identifier: MIT
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { compileForGuest } from './compile.ts'
import { LabError } from './errors.ts'
import { fuzz } from './fuzz.ts'
import { findRelease, RELEASES } from './releases.ts'
import { runInLab } from './vm.ts'

const EXAMPLES = `
The counts, each reached or cut short by time, and what was reached is printed:
  full    200 load/unload rounds, 1,000,000 look-ups, 5,000,000 lines, 100 netns; parser fuzzed for 10 minutes;
          trace-reset module build, load, unload, and how refusals are told
  --slice 25 seconds for each of these; parser fuzzed for 60 seconds

Examples:
  npm run stress
  npm run stress -- --slice
  npm run stress -- --slice bookworm sid
`

/** What the guest side (stress/__main__.py) is told: how many of each, and the seconds that end a part earlier. */
const FULL = { rounds: 200, lookups: 1_000_000, lines: 5_000_000, netns: 100, seconds: 3600, fuzzSeconds: 600 }
const SLICE = { ...FULL, seconds: 25, fuzzSeconds: 60 }

const main = async (): Promise<number> => {
  const program = new Command('npm run stress --')
    .description('Loads, asks and unloads tcphash.ko under load, in the lab; fuzzes its parser on this machine.')
    .argument('[releases...]', `which kernels; without, all: ${RELEASES.map(({ name }) => name).join(', ')}`)
    .option('--slice', 'two minutes a kernel instead of the full counts')
    .option('--out <directory>', "receives each kernel's log", join(tmpdir(), 'tcphash-stress'))
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError()
    .exitOverride()
  program.parse()
  const { slice, out } = program.opts<{ slice?: true; out: string }>()
  const amount = slice === true ? SLICE : FULL
  const releases = program.args.length === 0 ? RELEASES.map(({ name }) => name) : program.args
  for (const name of releases) findRelease(name)

  let failed = !(await fuzz(amount.fuzzSeconds))
  const hammer = await compileForGuest('test/lab/stress/hammer.c')
  // One machine at a time: two would only share the processors.
  for (const release of releases) {
    const directory = join(out, release)
    mkdirSync(directory, { recursive: true })
    process.stdout.write(`# ${release}, dmesg in ${directory}\n`)
    for (const [command, kernelArguments] of [underLoad(hammer, amount), ...(slice === true ? [] : COMMANDS)]) {
      const timeoutSeconds = amount.seconds * 5 + 600
      const { exitCode } = await runInLab({ release, command, kernelArguments, out: directory, timeoutSeconds })
      failed ||= exitCode !== 0
    }
  }
  return failed ? 1 : 0
}

type Run = readonly [command: readonly string[], kernelArguments: readonly string[]]

// So few buckets that every chain is long and sockets often move between chains while they are read.
const underLoad = (hammer: string, { rounds, lookups, lines, netns, seconds }: typeof FULL): Run => [
  ['python3', 'test/lab/stress', hammer, 'kmod/tcphash.ko', ...[rounds, lookups, lines, netns, seconds].map(String)],
  ['thash_entries=256'],
]

/** `trace-reset module ...`, and how refusals of kernels that were booted to refuse are told. */
const COMMANDS: readonly Run[] = [
  [['python3', 'test/lab/kmod/commands.py'], []],
  [['python3', 'test/lab/kmod/commands.py', 'lockdown'], ['lockdown=integrity']],
  [['python3', 'test/lab/kmod/commands.py', 'signature'], ['module.sig_enforce=1']],
]

const report = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (!(error instanceof LabError)) throw error
  process.stderr.write(`trace-reset stress: ${error.message}\n`)
  if (error.hint !== undefined) process.stderr.write(`hint: ${error.hint}\n`)
  return error.exitCode
}

process.exitCode = await main().catch(report)
