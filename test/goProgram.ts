// SPDX-License-Identifier: MIT
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { execa } from 'execa'

/** Ten times what building takes on two cores. */
const BUILD_MS = 600_000

/** A program that is built once from its Go module, outside this repository. */
export type GoProgram = {
  /** Where it is, once built. */
  readonly path: string
  /** Builds it where that was not done before; gives why there is none, or undefined. */
  readonly ensure: () => Promise<string | undefined>
}

/** The program of a Go package, in that version. */
export const goProgram = (packagePath: string, version: string): GoProgram => {
  const name = basename(packagePath)
  const directory = join(homedir(), '.cache/trace-reset', `${name}-${version}`)
  const path = join(directory, name)
  const ensure = async () => {
    if (existsSync(path)) return undefined
    mkdirSync(directory, { recursive: true })
    // Whoever sees the program sees a whole one: it comes by its name when it is built.
    const made = mkdtempSync(join(directory, 'made-'))
    try {
      const { failed, code, stderr } = await execa('go', ['install', `${packagePath}@${version}`], {
        env: { GOBIN: made, GOFLAGS: '-mod=mod' },
        // No module of a directory that this may be in.
        cwd: tmpdir(),
        reject: false,
        stdin: 'ignore',
        timeout: BUILD_MS,
      })
      if (failed)
        return code === 'ENOENT' ? 'there is no Go' : `Go cannot build it: ${stderr.trim().split('\n').at(-1)}`
      renameSync(join(made, name), path)
      return undefined
    } finally {
      rmSync(made, { recursive: true })
    }
  }
  return { path, ensure }
}
