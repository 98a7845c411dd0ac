#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// What package.json's bin names: an older Node cannot parse what the tool imports, and npm installs it there all the same.
import process, { versions } from 'node:process'

/** The oldest Node that runs what npm installs, as package.json's `engines` says. */
const [MAJOR, MINOR] = [20, 19]

const [major = 0, minor = 0] = versions.node.split('.').map(Number)
if (major > MAJOR || (major === MAJOR && minor >= MINOR)) await import('./main.ts')
else {
  process.stderr.write(
    `trace-reset: this is Node.js ${versions.node}, and the npm package needs ${MAJOR}.${MINOR} or later\n`,
  )
  process.stderr.write('hint: the Debian package runs with Node.js 18.19 and later\n')
  process.exitCode = 3
}
