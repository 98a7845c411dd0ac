// SPDX-License-Identifier: MIT
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { z } from 'zod'

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))

/** What of the project goes into the guest, beside its production dependencies. */
const CONTENTS = ['package.json', 'dist', 'probes', 'kmod', 'test']

// Types and source maps are most of the dependencies' files, and each file costs time to unpack under emulation.
const LEFT_OUT = ['*.map', '*.d.ts', '*.d.cts', '*.d.mts', 'node_modules/rxjs/src', 'node_modules/zod/src']

// What a build on the host left in kmod/ is for the host's kernel.
const LEFT_OUT_OF_KMOD = ['kmod/*.ko', 'kmod/*.o', 'kmod/*.mod', 'kmod/*.mod.c', 'kmod/.*']

/**
 * Packs what one run needs into a tar: the project, what else of it is to be brought, and in .lab the command as NUL-ended words, the kernel module, and
 * whether /out is wanted back.
 * @param directory a directory of the caller's; the tar is made in it
 * @returns the path of the tar
 */
export const packJob = async (
  directory: string,
  {
    command,
    module,
    wantsOut,
    bring,
  }: { command: readonly string[]; module: string | undefined; wantsOut: boolean; bring: readonly string[] },
): Promise<string> => {
  mkdirSync(join(directory, '.lab'))
  writeFileSync(join(directory, '.lab/argv'), command.map((word) => `${word}\0`).join(''))
  if (wantsOut) writeFileSync(join(directory, '.lab/out'), '')
  if (module !== undefined) copyFileSync(module, join(directory, '.lab', basename(module)))
  const path = join(directory, 'job.tar')
  const contents = [...CONTENTS, ...bring, ...productionModules()].filter((name) => existsSync(join(PROJECT, name)))
  await execa('tar', [
    '--create',
    `--file=${path}`,
    '--owner=0',
    '--group=0',
    `--directory=${PROJECT}`,
    ...LEFT_OUT.map((pattern) => `--exclude=${pattern}`),
    '--anchored',
    ...LEFT_OUT_OF_KMOD.map((pattern) => `--exclude=${pattern}`),
    ...contents,
    `--directory=${directory}`,
    '.lab',
  ])
  return path
}

const Lock = z.object({
  packages: z.record(z.string(), z.object({ dev: z.boolean().optional(), devOptional: z.boolean().optional() })),
})

// The lock file says of each directory in node_modules whether it is there for development only.
const productionModules = (): string[] => {
  const lock = Lock.parse(JSON.parse(readFileSync(join(PROJECT, 'package-lock.json'), 'utf8')))
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && entry.dev !== true && entry.devOptional !== true)
    .map(([path]) => path)
    .filter((path, _, all) => !all.some((other) => path.startsWith(`${other}/`)))
}
