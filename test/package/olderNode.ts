// SPDX-License-Identifier: MIT
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'

/** The oldest Node that the bundle is for: that of Ubuntu 24.04. Debian 12 has 18.20, which the lab's packages are tried with. */
export const OLDEST = '18.19.1'

const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'trace-reset')

/** Where that Node's executable is: the official build, as npm has it, kept in the cache. */
export const oldestNode = async (): Promise<string> => {
  const name = `node-linux-${process.arch}`
  const directory = join(CACHE, `node-${OLDEST}-${process.arch}`)
  if (!existsSync(directory)) {
    const building = `${directory}.${process.pid}`
    mkdirSync(building, { recursive: true })
    await execa('npm', ['install', '--no-audit', '--no-fund', '--prefix', building, `${name}@${OLDEST}`])
    if (existsSync(directory)) rmSync(building, { recursive: true })
    else renameSync(building, directory)
  }
  return join(directory, 'node_modules', name, 'bin/node')
}
