// SPDX-License-Identifier: MIT
import { Command } from 'commander'
import { sum } from '../../count.ts'
import { PROBE_PARTS, runProbes } from './probes.ts'
import { releaseOption, releasesOf } from '../vm/option.ts'

const main = async () => {
  const program = new Command('npm run probes --')
    .description('Holds the probes against the truth on real kernels in the lab; takes long under emulation.')
    .addOption(releaseOption())
    .option('--brief', 'of a few filters and steps, as in every run of the tests', false)
    .argument('[part...]', `of ${PROBE_PARTS.join(', ')}; none for all`)
  program.parse()
  const { brief, release } = program.opts<{ release: string[]; brief: boolean }>()
  const parts = PROBE_PARTS.filter((part) => program.args.length === 0 || program.args.includes(part))
  const counts = []
  // One machine at a time: two would only share the processors.
  for (const name of releasesOf(release)) counts.push(await runProbes(name, parts, brief))
  const { passed, failed } = sum(counts)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 ? 0 : 1
}

await main()
