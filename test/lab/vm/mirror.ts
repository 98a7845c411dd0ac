// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync } from 'node:fs'
import type { Release } from './releases.ts'

/** Where Debian's archive is fetched from. */
export type Mirror = { readonly main: string; readonly security: string }

const DEFAULT_MIRROR: Mirror = {
  main: 'http://deb.debian.org/debian',
  security: 'http://deb.debian.org/debian-security',
}

/** Reads the mirror this machine's own apt uses, since that is the one known to be reachable from here. */
export const readMirror = (aptDirectory = '/etc/apt'): Mirror =>
  findMirror(
    sourceFiles(aptDirectory)
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n'),
  )

/** Picks the first Debian archive, and the first security archive, out of apt sources of either format. */
export const findMirror = (sources: string): Mirror => {
  const words = sources
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.split(/\s+/))
    .map((word) => word.replace(/\/+$/, ''))
  return {
    main: words.find((word) => /^https?:.*\/debian$/.test(word)) ?? DEFAULT_MIRROR.main,
    security: words.find((word) => /^https?:.*\/debian-security$/.test(word)) ?? DEFAULT_MIRROR.security,
  }
}

/** Writes the sources.list of a release's root: its userland's suite, and its kernel's where that is another. */
export const renderSources = (release: Release, mirror: Mirror): string =>
  [
    `deb ${mirror.main} ${release.suite} main\n`,
    release.security ? `deb ${mirror.security} ${release.suite}-security main\n` : '',
    release.kernelSuite === undefined ? '' : `deb ${mirror.main} ${release.kernelSuite} main\n`,
  ].join('')

/**
 * Picks out of `apt-config dump` what this machine needs to reach its mirror, to be apt's settings in a release's root
 * too: proxies, and whether a mirror that lags behind is accepted.
 */
export const pickSettings = (dump: string): string =>
  dump
    .split('\n')
    .filter((line) => /^Acquire::(https?::Proxy|Check-Valid-Until|Check-Date)\b/.test(line))
    .map((line) => `${line}\n`)
    .join('')

const sourceFiles = (aptDirectory: string): string[] =>
  ['sources.list', ...list(`${aptDirectory}/sources.list.d`).map((name) => `sources.list.d/${name}`)]
    .filter((name) => /\.(list|sources)$/.test(name))
    .map((name) => `${aptDirectory}/${name}`)
    .filter((path) => list(aptDirectory).includes('sources.list') || !path.endsWith('/sources.list'))

const list = (directory: string): string[] => {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
