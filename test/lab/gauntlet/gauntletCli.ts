// SPDX-License-Identifier: MIT
import { Command } from 'commander'
import { sum } from '../../count.ts'
import { runGauntlet } from './gauntlet.ts'
import { releaseOption, releasesOf } from '../vm/option.ts'

const main = async () => {
  const program = new Command('npm run gauntlet --')
    .description('Provokes each cause on real kernels in the lab and compares what trace-reset says with the truth.')
    .addOption(releaseOption())
    .option('--rounds <n>', 'provoke each so many times under one trace', Number, 1)
    .option('--noise', 'have 200 other connections a second beside it', false)
    .option('--keep', 'make the recordings the fixtures that every test run replays', false)
    .argument('[name...]', 'causes, or none for all')
  program.parse()
  const { release, ...how } = program.opts<{ release: string[]; rounds: number; noise: boolean; keep: boolean }>()
  const counts = await Promise.all(
    releasesOf(release).map((name) => runGauntlet(name, { ...how, names: program.args })),
  )
  const { passed, failed } = sum(counts)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 ? 0 : 1
}

await main()
