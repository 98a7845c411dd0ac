// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { readServices } from '../../src/host/services.ts'

test('names and aliases of TCP, the first of two', () => {
  const text = [
    '# Network services',
    '',
    'http\t\t80/tcp\t\twww www-http\t# WorldWideWeb',
    'domain 53/udp',
    'x11-6   6006/tcp',
    '  spaced 7/tcp#comment',
    'http 8080/tcp',
    'broken',
    'worse http/tcp',
    '#off 9/tcp',
    '__proto__ 10/tcp',
  ].join('\n')
  expect([...readServices(text)].toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
    ['__proto__', 10],
    ['http', 80],
    ['spaced', 7],
    ['www', 80],
    ['www-http', 80],
    ['x11-6', 6006],
  ])
})
