// SPDX-License-Identifier: MIT
// Tracers of others to be measured beside ours: programs of Debian packages that no image has, for one guest.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BUILT } from '../vm/compile.ts'
import { run } from '../vm/contained.ts'
import { LabError } from '../vm/errors.ts'
import { readMirror, renderSources } from '../vm/mirror.ts'
import { findRelease } from '../vm/releases.ts'

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url))

/** Each package, and the program of it. Their libraries are in every image: tcpdump and bpftrace use the same ones. */
const RIVALS = { pwru: 'usr/bin/pwru', 'libbpf-tools': 'usr/sbin/tcpstates-libbpf' } as const

type Rival = keyof typeof RIVALS

const PACKAGES: readonly Rival[] = ['pwru', 'libbpf-tools']

/**
 * Downloads them for a release; gives the paths of the programs in the project, here as in the guest. One that the release
 * has not is told, and lacks in the bench.
 */
export const fetchRivals = async (release: string, tell: (line: string) => void): Promise<Record<Rival, string>> => {
  const work = mkdtempSync(join(tmpdir(), 'trace-reset-rivals-'))
  const { signal } = new AbortController()
  const apt = (...words: string[]) => run(['env', '-C', work, 'apt-get', ...settings(work), ...words], signal)
  try {
    for (const name of ['lists/partial', 'archives/partial', 'unpacked'])
      mkdirSync(join(work, name), { recursive: true })
    writeFileSync(join(work, 'sources.list'), renderSources(findRelease(release), readMirror()))
    writeFileSync(join(work, 'status'), '')
    mkdirSync(join(PROJECT, BUILT), { recursive: true })
    await apt('update')
    for (const name of PACKAGES)
      await fetch(name).catch((error: unknown) => {
        if (!(error instanceof LabError)) throw error
        tell(`without ${name}: ${error.message.split('\n').at(-1) ?? ''}`)
      })
  } finally {
    rmSync(work, { recursive: true })
  }
  return { pwru: placeOf('pwru'), 'libbpf-tools': placeOf('libbpf-tools') }

  async function fetch(name: Rival) {
    rmSync(join(PROJECT, placeOf(name)), { force: true })
    await apt('download', name)
    await run(['sh', '-c', `dpkg --extract "${work}/${name}"_*.deb "${work}/unpacked"`], signal)
    copyFileSync(join(work, 'unpacked', RIVALS[name]), join(PROJECT, placeOf(name)))
  }
}

const placeOf = (name: Rival) => join(BUILT, basename(RIVALS[name]))

// Another release's lists, in a place of their own; the host's settings of proxies and its keys hold.
const settings = (work: string) =>
  [
    `Dir::Etc::SourceList=${work}/sources.list`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${work}/lists`,
    `Dir::State::status=${work}/status`,
    `Dir::Cache=${work}`,
    'APT::Sandbox::User=root',
    'APT::Architecture=amd64',
    'Acquire::Languages=none',
  ].flatMap((setting) => ['-o', setting])
