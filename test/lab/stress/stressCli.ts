// SPDX-License-Identifier: MIT
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { exitCodeOf } from '../vm/exitCode.ts'
import { findRelease, RELEASES } from '../vm/releases.ts'
import { stress } from './stress.ts'

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

const main = async (): Promise<number> => {
  const program = new Command('npm run stress --')
    .description('Loads, asks and unloads tcphash.ko under load, in the lab; fuzzes its parser on this machine.')
    .argument('[releases...]', `which kernels; without, all: ${RELEASES.map(({ name }) => name).join(', ')}`)
    .option('--slice', 'two minutes a kernel instead of the full counts')
    .option('--out <directory>', "receives each kernel's log and figures", join(tmpdir(), 'tcphash-stress'))
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError()
    .exitOverride()
  program.parse()
  const { slice, out } = program.opts<{ slice?: true; out: string }>()
  const releases = program.args.length === 0 ? RELEASES.map(({ name }) => name) : program.args
  for (const name of releases) findRelease(name)
  const { passed, failed } = await stress(releases, slice === true, out)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  return failed === 0 ? 0 : 1
}

process.exitCode = await main().catch(exitCodeOf('stress'))
