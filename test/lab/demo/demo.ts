// SPDX-License-Identifier: MIT
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { loadFacts } from '../../../src/program/loadFacts.ts'
import { lacksOf } from './demoPlace.ts'
import { LabError } from '../vm/errors.ts'
import { ensureHostPackages } from '../vm/hostPackages.ts'
import { runInLab } from '../vm/vm.ts'

const RELEASE = 'bookworm'
const PROGRAMS = { bpftrace: 'bpftrace', ss: 'iproute2', python3: 'python3', setpriv: 'util-linux' }
const BUILDERS = { gcc: 'gcc', make: 'make' }

const root = fileURLToPath(new URL('../../../', import.meta.url))
const tell = (line: string) => process.stderr.write(`demo: ${line}\n`)

/** Shows the tool at work on this machine's kernel, when all of it can be shown there, else on a stock one in the lab. */
const main = async (): Promise<number> => {
  const facts = await loadFacts({ bpftrace: 'bpftrace' })
  const lacks = lacksOf(facts)
  if (lacks.length > 0) return inLab(lacks)
  if (facts.module === 'absent' && !(await takesModule())) return inLab(['module: it cannot be had, as was said'])
  await ensureHostPackages(undefined, PROGRAMS)
  // What apt-get brought may be too old.
  const still = lacksOf(await loadFacts({ bpftrace: 'bpftrace' }))
  if (still.length > 0) return inLab(still)
  tell("on this machine's own kernel, between two network namespaces that go away again")
  return (await run('python3', 'test/lab/demo', 'node', 'dist/cli.js')).exitCode ?? 1
}

const inLab = async (lacks: readonly string[]) => {
  tell(`in a virtual machine, on a stock Debian kernel, since this machine's own will not do (${lacks.join('; ')})`)
  return (await runInLab({ release: RELEASE, command: ['python3', 'test/lab/demo'] })).exitCode
}

// Only the kernel itself knows whether it takes a module; the demo loads it again.
const takesModule = async () => {
  await ensureHostPackages(undefined, BUILDERS)
  for (const verb of ['build', 'load', 'unload'])
    if ((await run('node', 'dist/cli.js', 'module', verb)).exitCode !== 0) return false
  return true
}

const run = (file: string, ...args: string[]) =>
  execa(file, args, { cwd: root, reject: false, stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' })

process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof LabError)) throw error
  tell(`${error.message}${error.hint === undefined ? '' : `\nhint: ${error.hint}`}`)
  return error.exitCode
})
