// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { failure, held, type Count } from '../../count.ts'
import { LabError } from '../vm/errors.ts'
import { ensureHostPackages } from '../vm/hostPackages.ts'

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))
const SOURCES = ['test/fuzz/parse.c', 'kmod/parse.c', 'kmod/value.c']
const SANITIZERS = '-fsanitize=fuzzer,address,undefined'

/** Where a run begins: one good line of each kind. */
const SEEDS = [
  'version id=a',
  'list netns=0 from=3 skip=1 max=2 family=4 saddr=192.0.2.1 id=x',
  'lookup family=4 saddr=192.0.2.1 sport=1 daddr=192.0.2.2 dport=2 netns=4026531840 dif=1 sdif=2 near=1 id=A_z.0:-',
  'lookup family=6 saddr=2001:db8::1 sport=65535 daddr=::1 dport=0',
]

/**
 * Builds the module's parser in user space and fuzzes it, with libFuzzer's own report on stdout.
 * @returns one test, which held when nothing was found
 * @throws LabError (exit code 3) when there is no clang, or none that can do it
 */
export const fuzz = async (seconds: number): Promise<Count> => {
  await ensureHostPackages(undefined, { clang: ['clang', 'libclang-rt-dev'] })
  const work = mkdtempSync(join(tmpdir(), 'tcphash-fuzz-'))
  try {
    const program = join(work, 'parse')
    const flags = ['-g', '-O1', '-Wall', '-Wextra', '-Werror', SANITIZERS, '-fno-sanitize-recover=all', '-o', program]
    const built = await execa('clang', [...flags, ...SOURCES], { cwd: PROJECT, reject: false, all: true })
    if (built.failed) {
      const { stdout } = await execa('clang', ['-dumpversion'])
      const hint = `libFuzzer and ASan: apt-get install libclang-rt-${stdout.split('.')[0]}-dev`
      throw new LabError(`clang cannot build the fuzzer: ${built.all}`, { exitCode: 3, hint })
    }
    SEEDS.forEach((seed, index) => writeFileSync(join(work, `seed-${index}`), seed))
    process.stdout.write(`# parser under libFuzzer, ASan and UBSan, ${seconds} s\n`)
    const limits = [`-max_total_time=${seconds}`, '-max_len=300', '-print_final_stats=1', '-verbosity=0']
    const places = [`-dict=${join(PROJECT, 'test/fuzz/parse.dict')}`, `-artifact_prefix=${tmpdir()}/tcphash-fuzz-`]
    const ran = await execa(program, [...limits, ...places, work], { reject: false, all: true })
    process.stdout.write(
      `${ran.failed ? ran.all : finalStatistics(ran.all)}\n${ran.failed ? 'not ok' : 'ok'} - fuzzing the parser\n`,
    )
    return ran.failed ? failure(`not ok - fuzzing the parser\n${ran.all}`) : held()
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

const finalStatistics = (report: string) =>
  report
    .split('\n')
    .filter((line) => line.startsWith('stat::'))
    .join('\n')
