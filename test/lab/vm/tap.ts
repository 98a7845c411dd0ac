// SPDX-License-Identifier: MIT
import { PassThrough, type Writable } from 'node:stream'
import { failure, sum, type Count } from '../../count.ts'
import { LabError } from './errors.ts'
import { runInLab, type LabRun } from './vm.ts'

type Heard = (line: string) => void

/**
 * Runs a test script on a release's kernel, passes its TAP on, each line with the release, and counts it. Where the emulator
 * tore the machine down the script is run anew, once, which is told; what the first run had counted does not count.
 * `heard` is told of each line too.
 * @throws LabError as runInLab does
 */
export const runTap = async (run: Omit<LabRun, 'stdout'>, heard: Heard = () => undefined): Promise<Count> => {
  try {
    return await runOnce(run, heard)
  } catch (error) {
    if (!(error instanceof LabError) || !error.torn) throw error
    process.stdout.write(
      `${run.release}: # the emulator tore the kernel's code, all of it once more: ${error.message}\n`,
    )
    return await runOnce(run, heard)
  }
}

const runOnce = async (run: Omit<LabRun, 'stdout'>, heard: Heard): Promise<Count> => {
  const count: Counted = { passed: 0, failed: 0, skipped: 0, failures: [] }
  const { exitCode } = await runInLab({ ...run, stdout: countTap(run.release, count, heard) })
  // An end without a line of its own, the machine's or the script's, is a failure all the same.
  if (exitCode === 0 || count.failed > 0) return count
  return sum([count, failure(`${run.release}: not ok - exit code ${exitCode} of ${run.command.join(' ')}`)])
}

type Counted = Required<Count> & { failures: string[] }

/** TAP as it is written, counted into `count`; a test's diagnostics follow its line (test/lab/net/tap.py). */
const countTap = (release: string, count: Counted, heard: Heard): Writable => {
  let rest = ''
  let failing = false
  return new PassThrough().on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      // What a kernel has not was not tried.
      if (/^ok .* # SKIP/.test(line)) count.skipped += 1
      else if (line.startsWith('ok ')) count.passed += 1
      if (line.startsWith('not ok ')) count.failed += 1
      failing = line.startsWith('not ok ') || (failing && line.startsWith('#'))
      if (failing) count.failures.push(`${release}: ${line}`)
      process.stdout.write(`${release}: ${line}\n`)
      heard(line)
    }
  })
}
