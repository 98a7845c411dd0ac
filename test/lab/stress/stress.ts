// SPDX-License-Identifier: MIT
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { failure, sum, type Count } from '../../count.ts'
import { compileForGuest } from '../vm/compile.ts'
import { LabError } from '../vm/errors.ts'
import { fuzz } from './fuzz.ts'
import { runTap } from '../vm/tap.ts'

/** What the guest side (stress/__main__.py) is told: how many of each, and the seconds that end a part earlier. */
const FULL = { rounds: 200, lookups: 1_000_000, lines: 5_000_000, netns: 100, seconds: 3600, fuzzSeconds: 600 }
const SLICE = { ...FULL, seconds: 25, fuzzSeconds: 60 }

/**
 * Loads, asks and unloads tcphash.ko under load on each release's kernel, and fuzzes its parser here. The slice takes about
 * two minutes a kernel. `out` gets each kernel's log and figures.
 */
export const stress = async (releases: readonly string[], slice: boolean, out: string): Promise<Count> => {
  const amount = slice ? SLICE : FULL
  const counts = [await fuzz(amount.fuzzSeconds)]
  const hammer = await compileForGuest('test/lab/stress/hammer.c')
  // One machine at a time: two would only share the processors.
  for (const release of releases) {
    const directory = join(out, release)
    mkdirSync(directory, { recursive: true })
    process.stdout.write(`# ${release}, dmesg.txt and figures.txt in ${directory}\n`)
    for (const [command, kernelArguments] of [underLoad(hammer, amount), ...(slice ? [] : COMMANDS)]) {
      // Generous: a kernel with sanitizers takes many times as long for what is not bounded by time.
      const timeoutSeconds = amount.seconds * 5 + 3600
      counts.push(await attempt({ release, command, kernelArguments, out: directory, timeoutSeconds }))
    }
  }
  return sum(counts)
}

// A machine that went down or did not come up is told, and is no reason to leave the other kernels untried.
const attempt = async (run: Parameters<typeof runTap>[0]): Promise<Count> => {
  try {
    return await runTap(run)
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    const told = `${run.release}: not ok - ${error.message}\n${error.hint ?? ''}`
    process.stdout.write(`${told}\n`)
    return failure(told)
  }
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
