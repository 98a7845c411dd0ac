// SPDX-License-Identifier: MIT
// What holds of the tree as a whole: who imports whom, what is pure, how long files are, what they begin with.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { CATALOGUE } from '../src/program/catalogue.ts'
import { KINDS } from '../src/program/fields.ts'
import { HOLE } from '../src/program/fill.ts'
import { FRAGMENTS } from '../src/program/holes.ts'
import { NAT, PARTS, REPLY, TRACEPOINT_PARTS } from '../src/program/parts.ts'
import { parsePrint } from '../src/program/print.ts'
import { neededIn, versionOf } from './json.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

const files = (directory: string, name: RegExp) =>
  readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .map((path) => join(directory, path))
    .filter((path) => name.test(path))

const SOURCES = files('src', /\.ts$/)
const PROBES = files('probes', /\.bt$/)
const KMOD = files('kmod', /(\.[ch]|Makefile|Kbuild|dkms\.conf)$/).filter((path) => !path.endsWith('.mod.c'))

// Comments speak of what is imported elsewhere, and strings of the process in words.
const code = (path: string) => read(path).replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')

const imports = (path: string) =>
  [...code(path).matchAll(/(?:\bfrom|\bimport\()\s*'([^']+)'/g)].map(([, name = '']) =>
    name.startsWith('.') ? normalize(join(dirname(path), name)) : name,
  )

/** The layers, outermost first; a file may import from its own layer and from those below. */
const LAYERS: readonly (readonly string[])[] = [
  ['src/cli.ts'],
  ['src/main.ts', 'src/index.ts'],
  ['src/commands/'],
  ['src/cli/', 'src/completion/', 'src/manual/'],
  ['src/query/'],
  ['src/capture/'],
  ['src/run.ts', 'src/live/', 'src/recording/'],
  ['src/top/', 'src/join/'],
  ['src/ehash/', 'src/summary/', 'src/report/', 'src/metrics/', 'src/otlp/'],
  ['src/program/'],
  ['src/host/'],
  ['src/pcapng/'],
  ['src/format/'],
  ['src/filter/'],
  ['src/verdict/'],
  ['src/flow/'],
  ['src/observation.ts', 'src/recordedFilter.ts', 'src/values.ts'],
  ['src/time.ts', 'src/errors.ts', 'src/optional.ts'],
]

const layerOf = (path: string) =>
  LAYERS.findIndex((layer) => layer.some((entry) => (entry.endsWith('/') ? path.startsWith(entry) : path === entry)))

test('every source file has a layer', () => {
  expect(SOURCES.filter((path) => layerOf(path) < 0)).toEqual([])
})

test('imports run one way', () => {
  const upwards = SOURCES.flatMap((path) =>
    imports(path)
      .filter((target) => target.startsWith('src/') && layerOf(target) < layerOf(path))
      .map((target) => `${path} imports ${target}`),
  )
  expect(upwards).toEqual([])
})

test('live and recording know nothing of each other, nor of what becomes of observations', () => {
  const crossing = SOURCES.flatMap((path) => {
    const room = /^src\/(live|recording)\//.exec(path)?.[1]
    if (room === undefined) return []
    const other = room === 'live' ? 'recording' : 'live'
    return imports(path)
      .filter((target) => new RegExp(`^src/(${other}|verdict|format|summary|run|cli)\\b`).test(target))
      .map((target) => `${path} imports ${target}`)
  })
  expect(crossing).toEqual([])
})

/** What pure files may have of Node: functions of their arguments alone. */
const PURE_OF_NODE: Record<string, readonly string[]> = {
  // isIP is the judge of what an address is.
  'src/filter/address.ts': ['node:net'],
  'src/host/procNetConntrack.ts': ['node:net'],
  // A hash of the text of the page.
  'src/report/page.ts': ['node:crypto'],
  // styleText gives a string back.
  'src/format/table.ts': ['node:util'],
}
const PURE =
  /^src\/(flow|verdict|filter|format|pcapng|completion|manual|summary|report|metrics|top|join|capture)\/|^src\/(time|observation|recordedFilter|values|errors|run)\.ts$|^src\/cli\/(command|filterOptions|help|io|options|outletOptions|pages|rotationOptions|sharedOptions|terminal|together|usage)\.ts$|^src\/recording\/(decode|joined)\.ts$|^src\/program\/(program|limits|parts|holes|fill|fields|print|packetPath|names|catalogue|check|offers)\.ts$|^src\/live\/(line|message|narrow|numbering|tuple)\.ts$|^src\/host\/(btf|natMark|procNetConntrack|procNetTcp)\.ts$|^src\/ehash\/(answer|ehash)\.ts$/

test('pure files take nothing from Node', () => {
  const impure = SOURCES.filter((path) => PURE.test(path)).flatMap((path) =>
    imports(path)
      .filter((target) => target.startsWith('node:') && PURE_OF_NODE[path]?.includes(target) !== true)
      .map((target) => `${path} imports ${target}`),
  )
  expect(impure).toEqual([])
})

test('pure files have no clock, no timer, no chance', () => {
  const clocks = SOURCES.filter((path) => PURE.test(path)).filter((path) =>
    /\bDate\.now\b|\bnew Date\(\)|\bperformance\.|\bsetTimeout\b|\bsetInterval\b|\bMath\.random\b|\bdebounceTime\b|\bbufferTime\b/.test(
      code(path),
    ),
  )
  expect(clocks).toEqual([])
})

/** What Node keeps in node:process, and no more: a clock, who we are to the kernel, and what is piped in. */
const OF_PROCESS: Record<string, string> = {
  'src/recording/replay.ts': 'stdin',
  'src/recording/openPrivate.ts': 'geteuid',
  'src/host/clock.ts': 'hrtime',
  'src/host/facts.ts': 'geteuid',
}

test('only cli.ts and main.ts know the process', () => {
  const knowing = SOURCES.filter((path) => !['src/cli.ts', 'src/main.ts'].includes(path)).filter(
    (path) =>
      /(?<![\w.'])process\.\w/.test(code(path)) ||
      (imports(path).includes('node:process') &&
        !code(path).includes(`import { ${OF_PROCESS[path]} } from 'node:process'`)),
  )
  expect(knowing).toEqual([])
})

test.each(['subscribe(', 'Subject('])('%s appears where it must and nowhere else', (word) => {
  const where = word === 'subscribe(' ? ['src/cli/print.ts', 'src/flow/through.ts'] : []
  expect(SOURCES.filter((path) => code(path).includes(word)).toSorted()).toEqual(where)
})

describe('probes', () => {
  const names = PROBES.map((path) => path.replace(/^probes\//, ''))

  /** What every program has, or every step. */
  const SHARED = ['frame.bt', 'return.bt']

  test('each is of a part of a trace, or of a step, or shared, or a fragment; and none that is named is missing', () => {
    const used = [...PARTS, ...TRACEPOINT_PARTS, ...NAT, REPLY]
      .map(({ file }) => file)
      .concat(CATALOGUE.map(({ by }) => by))
    const fragments = FRAGMENTS.map((name) => `fragments/${name}.bt`)
    expect(names.toSorted()).toEqual([...new Set([...used, ...SHARED, ...fragments])].toSorted())
  })

  // That each has a value is held by the programs: fill throws without.
  test('each hole is closed', () => {
    const open = PROBES.filter((path) => /\/\*[{}]|[{}]\*\//.test(read(path).replaceAll(HOLE, '')))
    expect(open).toEqual([])
  })

  test('each fragment is in the place of a hole', () => {
    const holes = [...PROBES, ...SOURCES].flatMap((path) => [...read(path).matchAll(HOLE)].map(([, name]) => name))
    expect(FRAGMENTS.filter((name) => !holes.includes(name))).toEqual([])
  })

  const prints = PROBES.flatMap((path) =>
    [...read(path).matchAll(HOLE)].flatMap(([, asked = '']) => (asked.startsWith('print ') ? [parsePrint(asked)] : [])),
  )

  test('each line that is printed names its kind, and a reader knows it', () => {
    const kinds = new Set(prints.map(({ kind }) => kind))
    for (const kind of kinds) expect(code('src/live/line.ts')).toContain(`'${kind}'`)
    expect([...kinds].toSorted()).toEqual(Object.keys(KINDS).toSorted())
  })

  test('a stack, which has lines of its own, and the name of a task, which may be anything, come last', () => {
    const wrong = prints.filter(({ fields }) => {
      const last = fields.map(({ name }) => name).filter((name) => name === 'stack' || name === 'comm')
      return (
        fields.slice(fields.length - last.length).some(({ name }, index) => name !== last[index]) || last[1] === 'stack'
      )
    })
    expect(wrong).toEqual([])
  })

  test('nothing is printed but by the table of fields', () => {
    expect(PROBES.filter((path) => /\bprintf\(/.test(read(path)))).toEqual([])
  })

  test('no line is longer than 120 characters', () => {
    const long = PROBES.flatMap((path) =>
      read(path)
        .split('\n')
        .filter((line) => line.length > 120)
        .map((line) => `${path}: ${line}`),
    )
    expect(long).toEqual([])
  })
})

const linesOf = (path: string) => read(path).trimEnd().split('\n').length

test('no file is longer than 250 lines', () => {
  expect([...SOURCES, ...PROBES, ...KMOD].filter((path) => linesOf(path) > 250)).toEqual([])
})

test('half of the source files have at most 60 lines', () => {
  const lengths = SOURCES.map(linesOf).toSorted((a, b) => a - b)
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(60)
})

test('every source file names its licence in its first two lines', () => {
  const unnamed = [...SOURCES, ...PROBES, ...KMOD, ...files('test', /\.(ts|mjs|py|sh)$/)].filter(
    (path) => !/SPDX-License-Identifier: (MIT|GPL-2\.0)/.test(read(path).split('\n', 2).join('\n')),
  )
  expect(unnamed).toEqual([])
})

test('no address is written into the sources but those for documentation', () => {
  const DOCUMENTATION = /^(192\.0\.2|198\.51\.100|203\.0\.113|127\.0\.0)\.\d+$|^0\.0\.0\.0$/
  const addresses = [...SOURCES, ...PROBES, ...KMOD].flatMap((path) =>
    [...read(path).matchAll(/(?:\d{1,3}\.){3}\d{1,3}/g)]
      .map(([address]) => address)
      .filter((address) => !DOCUMENTATION.test(address))
      .map((address) => `${path}: ${address}`),
  )
  expect(addresses).toEqual([])
})

test('each link in a README leads to a file', () => {
  const texts = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'fixtures/README.md'].concat(
    ['src', 'probes', 'kmod', 'test'].flatMap((room) => files(room, /\.md$/)),
  )
  const dead = texts.flatMap((path) =>
    [...read(path).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map(([, target = '']) => join(dirname(path), target))
      .filter((target) => !existsSync(join(ROOT, target)))
      .map((target) => `${path}: ${target}`),
  )
  expect(dead).toEqual([])
})

test('the tool and the module have one version', () => {
  const version = versionOf(read('package.json'))
  expect(/^PACKAGE_VERSION="(.*)"$/m.exec(read('kmod/dkms.conf'))?.[1]).toBe(version)
  expect(/^#define TCPHASH_VERSION\s+"(.*)"$/m.exec(read('kmod/tcphash.h'))?.[1]).toBe(version)
})

// npm, where node_modules was there before the lock, leaves out the packages of other platforms, and `npm ci` then refuses.
test('the lock holds every package that another one in it names', () => {
  const needed = neededIn(read('package-lock.json'))
  const missing = Object.entries(needed).flatMap(([path, names]) =>
    names
      .filter((name) => !(`node_modules/${name}` in needed) && !(`${path}/node_modules/${name}` in needed))
      .map((name) => `${path} needs ${name}`),
  )
  expect(missing).toEqual([])
})
