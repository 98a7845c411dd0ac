// SPDX-License-Identifier: MIT
// Brings a fresh clone to where the other scripts can run: dependencies as locked, and dist/ built from src/.
// Plain JavaScript for Node alone, since nothing is installed when it starts.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const modifiedAt = (path) => (existsSync(root + path) ? statSync(root + path).mtimeMs : 0)

const run = (why, command, ...args) => {
  process.stderr.write(`${why}\n`)
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(1)
}

if (modifiedAt('node_modules/.package-lock.json') < modifiedAt('package-lock.json')) {
  run('installing dependencies (npm ci)', 'npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error')
}
run('building dist/ (tsc)', 'node_modules/.bin/tsc', '-p', 'src')
