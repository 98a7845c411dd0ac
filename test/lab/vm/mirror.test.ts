// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { findMirror, pickSettings, renderSources } from './mirror.ts'
import { findRelease } from './releases.ts'

const DEFAULT = { main: 'http://deb.debian.org/debian', security: 'http://deb.debian.org/debian-security' }

test.each([
  ['nothing', '', DEFAULT],
  ['one-line', 'deb http://ftp.example/debian/ bookworm main', { ...DEFAULT, main: 'http://ftp.example/debian' }],
  [
    'deb822',
    'Types: deb\nURIs: https://m.example/debian-security\n',
    { ...DEFAULT, security: 'https://m.example/debian-security' },
  ],
  ['comment', '# deb http://ftp.example/debian bookworm main', DEFAULT],
  ['another archive', 'deb http://apt.example/node nodistro main', DEFAULT],
])('finds the mirror: %s', (_, sources, mirror) => {
  expect(findMirror(sources)).toEqual(mirror)
})

test('a kernel of another suite adds that suite', () => {
  expect(renderSources(findRelease('bullseye'), DEFAULT)).toMatchInlineSnapshot(`
    "deb http://deb.debian.org/debian bookworm main
    deb http://deb.debian.org/debian-security bookworm-security main
    deb http://deb.debian.org/debian bullseye main
    "
  `)
})

test('takes over proxies and date checks, and nothing else', () => {
  const dump =
    'Acquire::http::Proxy "http://p:1";\nAcquire::Check-Date "false";\nDir "/";\nAcquire::GzipIndexes "true";\n'
  expect(pickSettings(dump)).toBe('Acquire::http::Proxy "http://p:1";\nAcquire::Check-Date "false";\n')
})
