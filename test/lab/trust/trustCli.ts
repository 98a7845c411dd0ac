// SPDX-License-Identifier: MIT
import { randomInt } from 'node:crypto'
import { Command, CommanderError } from 'commander'
import { sum, type Count } from '../../count.ts'
import { fuzzAll } from '../../fuzz/fuzzAll.ts'
import { LabError } from '../vm/errors.ts'
import { findRelease } from '../vm/releases.ts'
import { runTap } from '../vm/tap.ts'

const EXAMPLES = `
Each fault is told, ends nothing that it need not end, and leaves nothing: no process, BPF program, map or kprobe.
Each damaged input is answered or refused, without a crash, a hang, or growing memory.

Examples:
  npm run trust
  npm run trust -- --tries 18 --inputs 1100 trixie
  npm run trust -- --tries 0 --inputs 0 bullseye sid     what fails but is not killed
`

/** The kernels that operators have, where none is named. */
const RELEASES = ['bookworm', 'trixie']

/** What a try may take in an emulated machine: a trace attaches in 10 to 40 s. */
const TRY_SECONDS = 120

const main = async (): Promise<number> => {
  const program = new Command('npm run trust --')
    .description(
      'Damaged inputs, here; and in the lab faults under a trace: full disks, SIGKILL at random moments, no memory, and what they leave.',
    )
    .argument('[releases...]', `which kernels; without: ${RELEASES.join(', ')}`)
    .option('--tries <count>', 'how many times something is killed', Number, 200)
    .option('--inputs <count>', 'how many damaged inputs of all kinds together', Number, 100_000)
    .option('--seed <number>', 'draws the same moments and the same damage again', Number)
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError()
    .exitOverride()
  program.parse()
  const { tries, inputs, seed = randomInt(2 ** 31) } = program.opts<{ tries: number; inputs: number; seed?: number }>()
  const releases = program.args.length === 0 ? RELEASES : program.args
  for (const name of releases) findRelease(name)
  const command = ['python3', 'test/lab/trust', '--rights', '--tries', String(tries), '--seed', String(seed)]
  const counts: Count[] = inputs === 0 ? [] : [await fuzzAll(inputs, seed)]
  // One machine at a time: two would only share the processors.
  for (const release of releases)
    counts.push(await runTap({ release, command, bring: ['debian'], timeoutSeconds: 3600 + tries * TRY_SECONDS }))
  const { passed, failed } = sum(counts)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  return failed === 0 ? 0 : 1
}

const report = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (!(error instanceof LabError)) throw error
  process.stderr.write(`trace-reset trust: ${error.message}\n`)
  if (error.hint !== undefined) process.stderr.write(`hint: ${error.hint}\n`)
  return error.exitCode
}

process.exitCode = await main().catch(report)
