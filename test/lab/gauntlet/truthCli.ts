// SPDX-License-Identifier: MIT
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { sum, type Count } from '../../count.ts'
import { runGauntlet } from './gauntlet.ts'
import { RELEASES } from '../vm/releases.ts'
import { createTruth } from './truth.ts'

const README = fileURLToPath(new URL('../../../fixtures/README.md', import.meta.url))
const [BEGIN, END] = ['<!-- truth -->', '<!-- /truth -->']

/** Machines at once: each has two processors, and waits for about half of its time. */
const AT_ONCE = availableParallelism()

const main = async () => {
  const program = new Command('npm run truth --')
    .description(
      "Provokes every cause on the lab's kernels, in both families, and writes the table of what was named into fixtures/README.md.",
    )
    .option('--rounds <n>', 'provoke each so many times under one trace', Number, 1)
    .option('--keep', 'make the recordings the fixtures that every test run replays', false)
    .argument('[release...]', `which kernels; without, all: ${RELEASES.map(({ name }) => name).join(', ')}`)
  program.parse()
  const { rounds, keep } = program.opts<{ rounds: number; keep: boolean }>()
  const left = program.args.length === 0 ? RELEASES.map(({ name }) => name) : [...program.args]
  const whole = left.length === RELEASES.length
  const truth = createTruth()
  const counts: Count[] = []
  const work = async () => {
    for (let release = left.shift(); release !== undefined; release = left.shift())
      counts.push(await runGauntlet(release, { rounds, keep, names: [], see: truth.see }))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const { passed, failed } = sum(counts)
  const date = new Date().toISOString().slice(0, 10)
  const head = `Made by \`npm run truth\` on ${date}: two triggers or more for each cause, ${rounds} ${rounds === 1 ? 'time' : 'times'} each, in IPv4 and IPv6; ${passed} checks held, ${failed} did not. ${truth.kernels().join('; ')}.`
  const table = [head, '', ...truth.rows()].join('\n')
  process.stdout.write(`${table}\n`)
  if (whole) writeTable(table)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 ? 0 : 1
}

const writeTable = (table: string) => {
  const text = readFileSync(README, 'utf8')
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`fixtures/README.md has no ${BEGIN} and ${END}`)
  writeFileSync(README, `${text.slice(0, from + BEGIN.length)}\n\n${table}\n\n${text.slice(to)}`)
}

await main()
