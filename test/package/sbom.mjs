// SPDX-License-Identifier: MIT
// Writes dist/sbom.cdx.json, when the npm package is packed: what is installed with it, as CycloneDX. `npm sbom --omit=dev` leaves
// out what a tool of ours uses too (zod is not in it, for knip has it), so all is asked for, and what the lock file says is ours is kept.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const isShipped = ({ dev, devOptional, optional, peer }) => !(dev || devOptional || optional || peer)
const shipped = new Set(
  Object.entries(packages)
    .filter(([path, entry]) => path !== '' && isShipped(entry))
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`),
)

const all = JSON.parse(
  execFileSync('npm', ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'], { maxBuffer: 2 ** 26 }),
)
const components = all.components.filter(({ purl }) => shipped.has(decodeURIComponent(purl).replace('pkg:npm/', '')))
const kept = new Set([all.metadata.component['bom-ref'], ...components.map((component) => component['bom-ref'])])
const dependencies = all.dependencies
  .filter(({ ref }) => kept.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => kept.has(one)) }))
const bill = { ...all, components, dependencies }
writeFileSync('dist/sbom.cdx.json', `${JSON.stringify(bill, null, 2)}\n`)
