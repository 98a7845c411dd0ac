// SPDX-License-Identifier: MIT
import { mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { LabError } from './errors.ts'
import { ensureHostPackages } from './hostPackages.ts'

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))

/** What is made on the host for a guest: it travels there with the rest of test/. */
export const BUILT = 'test/lab/.built'

/**
 * Compiles a C program on the host, since the images have no C library to build against: static, so that it runs under
 * each release's own.
 * @param source a path in the project
 * @returns the path of the program in the project, here as in the guest
 * @throws LabError (exit code 3) with the compiler's words
 */
export const compileForGuest = async (source: string): Promise<string> => {
  await ensureHostPackages(undefined, { gcc: ['gcc', 'libc6-dev'] })
  const program = join(BUILT, basename(source, '.c'))
  mkdirSync(join(PROJECT, BUILT), { recursive: true })
  const flags = ['-O2', '-Wall', '-Wextra', '-Werror', '-pthread', '-static', '-o', program, source]
  const { failed, all } = await execa('gcc', flags, { cwd: PROJECT, reject: false, all: true })
  if (failed)
    throw new LabError(`gcc cannot build ${source}: ${all}`, { exitCode: 3, hint: 'apt-get install libc6-dev' })
  return program
}
