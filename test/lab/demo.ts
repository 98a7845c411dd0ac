// SPDX-License-Identifier: MIT
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { needs } from '../../src/live/check.ts'
import { readFacts } from '../../src/live/facts.ts'
import { LabError } from './errors.ts'
import { ensureHostPackages } from './hostPackages.ts'
import { runInLab } from './vm.ts'

const RELEASE = 'bookworm'
const PROGRAMS = { bpftrace: 'bpftrace', ss: 'iproute2', python3: 'python3', setpriv: 'util-linux' }

const root = fileURLToPath(new URL('../../', import.meta.url))
const tell = (line: string) => process.stderr.write(`demo: ${line}\n`)

/** Shows the tool at work on this machine's kernel, when it can be traced as it is, else on a stock one in the lab. */
const main = async (): Promise<number> => {
  const lacks = needs(await readFacts('bpftrace')).filter(({ ok }) => !ok)
  const kernelLack = lacks.find(({ name }) => !(name in PROGRAMS))
  if (kernelLack !== undefined) {
    tell(`this machine's kernel cannot be traced as it is (${kernelLack.name}: ${kernelLack.found})`)
    tell('so a stock Debian kernel is traced, in a virtual machine')
    return (await runInLab({ release: RELEASE, command: ['python3', 'test/lab/demo.py'] })).exitCode
  }
  await ensureHostPackages(undefined, PROGRAMS)
  tell("on this machine's own kernel, between two network namespaces that go away again")
  // Without headers there is no module, which is said, and ss is asked instead.
  await run('node', 'dist/cli.js', 'module', 'build')
  return (await run('python3', 'test/lab/demo.py', 'node', 'dist/cli.js')).exitCode ?? 1
}

const run = (file: string, ...args: string[]) =>
  execa(file, args, { cwd: root, reject: false, stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' })

process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof LabError)) throw error
  tell(`${error.message}${error.hint === undefined ? '' : `\nhint: ${error.hint}`}`)
  return error.exitCode
})
