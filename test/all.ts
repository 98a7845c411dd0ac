// SPDX-License-Identifier: MIT
// Everything that `npm test` promises, each report counted: checks of the code, units and replays, and, unless --fast,
// on real kernels the gauntlet, its witness, a part of the probes, top, the Debian package, faults under a trace, the module's tests
// and a slice of its stress. The last line is the sum.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { z } from 'zod'
import { failure, held, sum, type Count } from './count.ts'
import { LabError } from './lab/vm/errors.ts'
import { runGauntlet } from './lab/gauntlet/gauntlet.ts'
import { BRIEF_PARTS, runProbes } from './lab/probes/probes.ts'
import { GAUNTLET_RELEASES, SMOKE, SMOKE_RELEASES } from './lab/vm/releases.ts'
import { stress } from './lab/stress/stress.ts'
import { runTap } from './lab/vm/tap.ts'
import { buildFor, tryPart } from './package/packages.ts'

const CHECKS = {
  lint: ['oxlint', '--type-aware', '--deny-warnings'],
  format: ['prettier', '--check', '--log-level', 'warn', '.'],
  types: ['tsc', '--noEmit', '-p', '.'],
  'types of the page': ['tsc', '--noEmit', '-p', 'src/report/script'],
  'dead code': ['knip'],
} as const

const say = (line: string) => process.stdout.write(`${line}\n`)

const check = async (name: string, [command, ...args]: readonly [string, ...string[]]): Promise<Count> => {
  const { exitCode, all } = await execa(command, args, { reject: false, all: true, preferLocal: true, stdin: 'ignore' })
  const told = exitCode === 0 ? `ok - ${name}` : `not ok - ${name}\n${all}`
  say(told)
  return exitCode === 0 ? held() : failure(told)
}

const Report = z.object({
  success: z.boolean(),
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
})

// The first lines of a message say what differs; a whole golden may follow.
const MESSAGE_LINES = 12

const failuresOf = ({ testResults }: z.infer<typeof Report>) =>
  testResults.flatMap(({ name, message, assertionResults }) => [
    ...(message === '' ? [] : [`not ok - ${name}: ${message}`]),
    ...assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) =>
        [`not ok - ${fullName} (${name})`, ...failureMessages.join('\n').split('\n').slice(0, MESSAGE_LINES)].join(
          '\n',
        ),
      ),
  ])

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
    const { numPassedTests: passed, numPendingTests: skipped } = report
    return { passed, failed, skipped, failures: failuresOf(report) }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

// What cannot be run at all is one failure, told, and no reason to leave the rest untried or the sum unsaid.
const attempt = async (name: string, work: () => Promise<Count>): Promise<Count> => {
  try {
    return await work()
  } catch (error) {
    const told = `not ok - ${name}: ${tell(error)}`
    say(told)
    return failure(told)
  }
}

const tell = (error: unknown) => {
  if (error instanceof LabError) return [error.message, ...(error.hint === undefined ? [] : [error.hint])].join('\n')
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

const onRealKernels = async (): Promise<Count[]> => {
  const gauntlet = { rounds: 1, names: [], keep: false }
  const smoke = { ...gauntlet, names: SMOKE }
  const witness = ['python3', 'test/lab/gauntlet/witness.py']
  const faults = ['python3', 'test/lab/trust', '--brief', '--tries', '3']
  const module = ['python3', 'test/lab/kmod', 'kmod/tcphash.ko']
  const onEach = (
    what: string,
    work: (release: string) => Promise<Count>,
    releases: readonly string[] = GAUNTLET_RELEASES,
  ) => Promise.all(releases.map((release) => attempt(`${what} on ${release}`, () => work(release))))
  return [
    ...(await onEach('the gauntlet', (release) => runGauntlet(release, gauntlet))),
    ...(await onEach('a part of the gauntlet', (release) => runGauntlet(release, smoke), SMOKE_RELEASES)),
    // None is about one kernel alone: each is tried on one.
    ...(await Promise.all([
      attempt('the witness on bookworm', () => runTap({ release: 'bookworm', command: witness })),
      attempt('a part of the probes on trixie', () => runProbes('trixie', BRIEF_PARTS, true)),
      attempt('top on bookworm', () => runTap({ release: 'bookworm', command: ['python3', 'test/lab/top'] })),
    ])),
    ...(await Promise.all([
      attempt('the Debian package on trixie', async () => {
        await buildFor(['deb'])
        return tryPart('trixie', 'deb')
      }),
      attempt('faults under a trace on bookworm', () => runTap({ release: 'bookworm', command: faults })),
    ])),
    ...(await onEach('the module', (release) => runTap({ release, command: module }))),
    await attempt('stress', () => stress(GAUNTLET_RELEASES, true, join(tmpdir(), 'tcphash-stress'))),
  ]
}

const main = async () => {
  const counts: Count[] = []
  for (const [name, command] of Object.entries(CHECKS)) counts.push(await check(name, command))
  counts.push(await attempt('units', units))
  if (!process.argv.includes('--fast')) counts.push(...(await onRealKernels()))
  const { passed, failed, skipped, failures } = sum(counts)
  // Of a log of 9,000 lines the end is what is read.
  if (failures.length > 0) say(['', `# what failed, of the above:`, ...failures].join('\n'))
  say(`${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}

await main()
