// SPDX-License-Identifier: MIT
import { randomInt } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { sum, type Count } from '../../count.ts'
import { fuzzAll } from '../../fuzz/fuzzAll.ts'
import { runGauntlet } from '../gauntlet/gauntlet.ts'
import { runProbes } from '../probes/probes.ts'
import { stress } from '../stress/stress.ts'
import { exitCodeOf } from '../vm/exitCode.ts'
import { findRelease } from '../vm/releases.ts'
import { runTap } from '../vm/tap.ts'
import { tryKernels } from './kernels.ts'

const EXAMPLES = `
inputs   damaged recordings, captures, lines, answers, files: each is answered or refused, without a crash, a hang, or growing memory
faults   full disks, SIGKILL at random moments, no memory, ...: each is told, ends nothing that it need not end, and leaves nothing,
         no process, BPF program, map or kprobe; and traces without one capability each
kernels  what the tool can do with PREEMPT_RT, lockdown, 128 possible processors, ...
arm64    the gauntlet and the values of probes on an arm64 kernel
module   tcphash.ko, tested and under load, in a kernel with KASAN, lockdep, PROVE_RCU and kmemleak, which is built from Debian's
         source the first time

Examples:
  npm run trust
  npm run trust -- --only faults --tries 18 trixie
  npm run trust -- --only inputs --inputs 1100
`

const PARTS = ['inputs', 'faults', 'kernels', 'arm64', 'module'] as const

/** The kernels that operators have, where none is named. */
const RELEASES = ['bookworm', 'trixie']

/** What a try may take in an emulated machine: a trace attaches in 10 to 40 s. */
const TRY_SECONDS = 120

type Options = { only?: (typeof PARTS)[number]; tries: number; inputs: number; seed: number }

const main = async (): Promise<number> => {
  const program = new Command('npm run trust --')
    .description('What an operator may fear, made to happen: on this machine and on kernels in the lab.')
    .argument('[releases...]', `kernels of the faults; without: ${RELEASES.join(', ')}`)
    .addOption(new Option('--only <part>', 'this part alone').choices(PARTS))
    .option('--inputs <count>', 'how many damaged inputs of all kinds together', Number, 100_000)
    .option('--tries <count>', 'how many times something is killed', Number, 200)
    .option('--seed <number>', 'draws the same moments and the same damage again', Number, randomInt(2 ** 31))
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError()
    .exitOverride()
  program.parse()
  const options = program.opts<Options>()
  const releases = program.args.length === 0 ? RELEASES : program.args
  for (const name of releases) findRelease(name)
  const isAsked = (part: (typeof PARTS)[number]) => (options.only ?? part) === part
  const counts: Count[] = []
  if (isAsked('inputs')) counts.push(await fuzzAll(options.inputs, options.seed))
  // One machine at a time: two would only share the processors.
  if (isAsked('faults')) for (const release of releases) counts.push(await faultsOn(release, options))
  if (isAsked('kernels')) counts.push(await tryKernels())
  if (isAsked('arm64')) counts.push(await onArm64())
  if (isAsked('module')) counts.push(await underSanitizers())
  const { passed, failed } = sum(counts)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  return failed === 0 ? 0 : 1
}

const ARM64 = 'arm64-trixie'

const onArm64 = async (): Promise<Count> =>
  sum([
    await runGauntlet(ARM64, { rounds: 1, names: [], keep: false }),
    await runProbes(ARM64, ['crafted', 'owners', 'nat', 'burst', 'refused'], false),
  ])

const SANITIZERS = 'sanitizers-trixie'

const underSanitizers = async (): Promise<Count> =>
  sum([
    await runTap({
      release: SANITIZERS,
      command: ['python3', 'test/lab/kmod', 'kmod/tcphash.ko'],
      timeoutSeconds: 3600,
    }),
    await stress([SANITIZERS], true, join(tmpdir(), 'tcphash-sanitizers')),
  ])

const faultsOn = (release: string, { tries, seed }: Options): Promise<Count> =>
  runTap({
    release,
    command: ['python3', 'test/lab/trust', '--rights', '--tries', String(tries), '--seed', String(seed)],
    bring: ['debian'],
    timeoutSeconds: 3600 + tries * TRY_SECONDS,
  })

process.exitCode = await main().catch(exitCodeOf('trust'))
