// SPDX-License-Identifier: MIT
// npm run packages [RELEASE...] [PART...]: builds the npm and the Debian packages and the image, tries them in the lab's machines,
// and prints what was asked and answered.
import { sum, type Count } from '../count.ts'
import { buildFor, PART_NAMES, RELEASES, tryPart, type Row } from './packages.ts'

const [, , ...asked] = process.argv
const unknown = asked.filter((word) => ![...PART_NAMES, ...RELEASES].some((name) => name === word))
if (unknown.length > 0) {
  process.stderr.write(`${unknown.join(', ')}: none of ${[...RELEASES, ...PART_NAMES].join(', ')}\n`)
  process.exit(2)
}
const chosen = <T extends string>(names: readonly T[]) => {
  const some = names.filter((name) => asked.includes(name))
  return some.length > 0 ? some : names
}

const table = (rows: readonly Row[]) => {
  const width = (name: 'release' | 'asked') => Math.max(0, ...rows.map((row) => row[name].length))
  const [first, second] = [width('release'), width('asked')]
  return rows
    .map(({ release, asked, answered }) => `${release.padEnd(first)}  ${asked.padEnd(second)}  ${answered}\n`)
    .join('')
}

const parts = chosen(PART_NAMES)
await buildFor(parts)
const counts: Count[] = []
const rows: Row[] = []
for (const release of chosen(RELEASES)) for (const part of parts) counts.push(await tryPart(release, part, rows))
const { passed, failed, skipped } = sum(counts)
process.stdout.write(`\n${table(rows)}\n${passed} passed, ${failed} failed, ${skipped} skipped\n`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
