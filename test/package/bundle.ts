// SPDX-License-Identifier: MIT
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as esbuild, type Plugin } from 'esbuild'
import { execa } from 'execa'
import { z } from 'zod'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Where `npm run bundle` puts it. */
export const BUNDLE = join(ROOT, 'build/bundle')

/** The bundle's own file, beside what it reads. */
export const ENTRY = 'trace-reset.mjs'

const node18 = (file: string) => fileURLToPath(new URL(`node18/${file}`, import.meta.url))

/**
 * Writes the whole tool as one file for Node 18.19 and later, with its dependencies in it, and beside it the files that it
 * reads: all that the npm package has but dist/. Gives the names of the packages that are in it.
 */
export const bundle = async (directory: string): Promise<string[]> => {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  const { metafile } = await esbuild({
    entryPoints: [join(ROOT, 'src/main.ts')],
    outfile: join(directory, ENTRY),
    bundle: true,
    platform: 'node',
    target: 'node18.19',
    format: 'esm',
    // Packages in CommonJS ask for Node's modules by it.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire as requireFrom } from 'node:module'\nconst require = requireFrom(import.meta.url)",
    },
    // Optional, and found at run time where it is asked for.
    external: ['@opentelemetry/core', '@opentelemetry/resources', '@opentelemetry/otlp-transformer'],
    inject: [node18('shims.mjs')],
    plugins: [olderUtil, olderPatterns, withoutTranslations],
    // Its modules, of which a third is used; Node would be given the whole of it in CommonJS.
    alias: { rxjs: join(ROOT, 'node_modules/rxjs/dist/esm/index.js') },
    legalComments: 'inline',
    metafile: true,
    logLevel: 'warning',
    absWorkingDir: ROOT,
  })
  chmodSync(join(directory, ENTRY), 0o755)
  for (const path of await packaged()) cpSync(join(ROOT, path), join(directory, path))
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(head(), null, 2)}\n`)
  return packagesOf(Object.keys(metafile.inputs))
}

// Packages ask node:util for what Node 18 has.
const olderUtil: Plugin = {
  name: 'node:util of Node 18',
  setup: (build) =>
    build.onResolve({ filter: /^node:util$/ }, ({ importer }) =>
      importer.startsWith(join(ROOT, 'src/')) ? { path: node18('util.mjs') } : { path: 'node:util', external: true },
    ),
}

// Node 18 has no patterns with the flag v. In string-width they mean the same with u, but for the one of emoji: those that are
// one of several characters are put in words, and single ones are wide by their East Asian width.
const olderPatterns: Plugin = {
  name: 'patterns of Node 18',
  setup: (build) =>
    build.onLoad({ filter: /string-width\/index\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8')
        .replace(
          String.raw`/^\p{RGI_Emoji}$/v`,
          String.raw`/^(?:\p{RI}{2}|\p{Emoji}(?:\uFE0F\u20E3?|\p{Emoji_Modifier}))$/u`,
        )
        .replaceAll(/\/v;$/gm, '/u;'),
    })),
}

// zod has its messages in fifty languages, a fifth of the bundle; English comes by an import of its own.
const withoutTranslations: Plugin = {
  name: 'zod in English',
  setup: (build) => build.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({ contents: 'export {}' })),
}

const Packed = z.tuple([z.object({ files: z.array(z.object({ path: z.string() })) })])

const packaged = async () => {
  const { stdout } = await execa('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT })
  const [{ files }] = Packed.parse(JSON.parse(stdout))
  return files.map(({ path }) => path).filter((path) => !path.startsWith('dist/') && path !== 'package.json')
}

// The tool reads its version there, and Node the kind of its modules.
const head = () => {
  const { name, version, license } = z
    .object({ name: z.string(), version: z.string(), license: z.string() })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')))
  return { name, version, license, type: 'module' }
}

const packagesOf = (inputs: readonly string[]) =>
  [...new Set(inputs.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []))].toSorted()
