// SPDX-License-Identifier: MIT
// Writes dist/sbom.cdx.json, when the npm package is packed: what is installed with it, as CycloneDX. `npm sbom --omit=dev` leaves
// out what a tool of ours uses too (zod is not in it, for knip has it), so all is asked for, and what the lock file says is ours is kept.
import { readFileSync, writeFileSync } from 'node:fs'
import { execa } from 'execa'
import { z } from 'zod'

const flag = z.boolean().optional()
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string(), dev: flag, devOptional: flag, optional: flag, peer: flag }),
  ),
})
const Bill = z.looseObject({
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': z.string() }) }),
  components: z.array(z.looseObject({ 'bom-ref': z.string(), purl: z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
})

const { packages } = Lock.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')))
const shipped = new Set(
  Object.entries(packages)
    .filter(([path, { dev, devOptional, optional, peer }]) => path !== '' && !(dev || devOptional || optional || peer))
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`),
)

const { stdout } = await execa('npm', ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'], { stdin: 'ignore' })
const all = Bill.parse(JSON.parse(stdout))
const components = all.components.filter(({ purl }) => shipped.has(decodeURIComponent(purl).replace('pkg:npm/', '')))
const kept = new Set([all.metadata.component, ...components].map((component) => component['bom-ref']))
const dependencies = all.dependencies
  .filter(({ ref }) => kept.has(ref))
  .map((entry) => ({ ...entry, dependsOn: entry.dependsOn.filter((one) => kept.has(one)) }))
writeFileSync('dist/sbom.cdx.json', `${JSON.stringify({ ...all, components, dependencies }, null, 2)}\n`)
