// SPDX-License-Identifier: MIT
// npm run deb
import { ensureHostPackages } from '../lab/vm/hostPackages.ts'
import { buildDebs, DEB_PROGRAMS, DEBS } from './deb.ts'

await ensureHostPackages(undefined, DEB_PROGRAMS)
process.stdout.write((await buildDebs(DEBS)).map((path) => `${path}\n`).join(''))
