// SPDX-License-Identifier: MIT
// npm run deb
import { ensureHostPackages } from '../lab/vm/hostPackages.ts'
import { buildDebs, DEBS } from './deb.ts'

await ensureHostPackages(undefined, {
  'dpkg-buildpackage': 'dpkg-dev',
  dh: 'debhelper',
  dh_dkms: 'dh-dkms',
  lintian: 'lintian',
})
process.stdout.write((await buildDebs(DEBS)).map((path) => `${path}\n`).join(''))
