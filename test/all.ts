// SPDX-License-Identifier: MIT
// Everything that `npm test` promises, each report counted: checks of the code, units and replays, and, unless --fast,
// on real kernels the gauntlet, the module's tests and a slice of its stress. The last line is the sum.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { z } from 'zod'
import { sum, type Count } from './count.ts'
import { runGauntlet } from './lab/gauntlet.ts'
import { GAUNTLET_RELEASES } from './lab/releases.ts'
import { stress } from './lab/stress.ts'
import { runTap } from './lab/tap.ts'

const CHECKS = {
  lint: ['oxlint', '--type-aware', '--deny-warnings'],
  format: ['prettier', '--check', '--log-level', 'warn', '.'],
  types: ['tsc', '--noEmit', '-p', '.'],
  'dead code': ['knip'],
} as const

const say = (line: string) => process.stdout.write(`${line}\n`)

const check = async (name: string, [command, ...args]: readonly [string, ...string[]]): Promise<Count> => {
  const { exitCode, all } = await execa(command, args, { reject: false, all: true, preferLocal: true, stdin: 'ignore' })
  say(`${exitCode === 0 ? 'ok' : 'not ok'} - ${name}${exitCode === 0 ? '' : `\n${all}`}`)
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

const Report = z.object({
  success: z.boolean(),
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
})

const units = async (): Promise<Count> => {
  const directory = mkdtempSync(join(tmpdir(), 'trace-reset-units-'))
  const file = join(directory, 'report.json')
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${file}`]
    await execa('vitest', ['run', '--config', 'test/vitest.config.ts', ...reporters], {
      reject: false,
      preferLocal: true,
      stdin: 'ignore',
      stdout: 'inherit',
      stderr: 'inherit',
    })
    const report = Report.parse(JSON.parse(readFileSync(file, 'utf8')))
    // A file that does not load has no test that could fail.
    const failed = report.success ? 0 : Math.max(1, report.numFailedTests)
    return { passed: report.numPassedTests, failed, skipped: report.numPendingTests }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const main = async () => {
  const counts: Count[] = []
  for (const [name, command] of Object.entries(CHECKS)) counts.push(await check(name, command))
  counts.push(await units())
  if (!process.argv.includes('--fast')) {
    const gauntlet = { rounds: 1, names: [], keep: false }
    const module = ['python3', 'test/lab/kmod', 'kmod/tcphash.ko']
    counts.push(
      ...(await Promise.all(GAUNTLET_RELEASES.map((release) => runGauntlet(release, gauntlet)))),
      ...(await Promise.all(GAUNTLET_RELEASES.map((release) => runTap({ release, command: module })))),
      await stress(GAUNTLET_RELEASES, true, join(tmpdir(), 'tcphash-stress')),
    )
  }
  const { passed, failed, skipped } = sum(counts)
  say(`${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}

await main()
