// SPDX-License-Identifier: MIT
// npm run bundle
import { join } from 'node:path'
import { BUNDLE, bundle, ENTRY } from './bundle.ts'

const packages = await bundle(BUNDLE)
process.stdout.write(`${join(BUNDLE, ENTRY)}\n  with ${packages.join(', ')}\n`)
