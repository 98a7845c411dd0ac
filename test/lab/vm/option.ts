// SPDX-License-Identifier: MIT
import { Option } from 'commander'
import { GAUNTLET_RELEASES, RELEASES } from './releases.ts'

/** `--release NAME`, once for each kernel: an option that took several names would take those of triggers too. */
export const releaseOption = (): Option =>
  new Option('--release <name>', `a kernel: ${RELEASES.map(({ name }) => name).join(', ')}; may be given again`)
    .default([], GAUNTLET_RELEASES.join(', '))
    .argParser((name: string, before: string[]) => [...before, name])

/** The kernels that were chosen, or the usual ones. */
export const releasesOf = (chosen: readonly string[]): readonly string[] =>
  chosen.length === 0 ? GAUNTLET_RELEASES : chosen
