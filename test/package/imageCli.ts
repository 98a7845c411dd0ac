// SPDX-License-Identifier: MIT
// npm run image
import { join } from 'node:path'
import { ensureHostPackages } from '../lab/vm/hostPackages.ts'
import { ROOT } from './bundle.ts'
import { buildDebs, DEB_PROGRAMS } from './deb.ts'
import { buildImage, IMAGE, IMAGE_PROGRAMS } from './image.ts'

await ensureHostPackages(undefined, { ...DEB_PROGRAMS, ...IMAGE_PROGRAMS })
const image = await buildImage(await buildDebs(join(ROOT, 'build/image-debs')), IMAGE)
process.stdout.write(`${image.archive}: ${image.name}\n`)
