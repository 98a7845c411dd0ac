// SPDX-License-Identifier: MIT
import { statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { findNetns, netnsPath, netnsPaths } from '../../src/host/netns.ts'

const HERE = statSync('/proc/self/ns/net').ino

describe('our own network namespace', () => {
  test.each([String(process.pid), '/proc/self/ns/net', `/proc/${process.pid}/ns/net`])('by %s', (text) => {
    expect(findNetns(text)).toEqual({ inode: HERE })
  })

  test('is one of those that can be seen', () => expect(netnsPaths().get(HERE)).toBe('/proc/self/ns/net'))
  test('has a path', () => expect(netnsPath(HERE)).toBe('/proc/self/ns/net'))
})

test.each([
  ['4194305', '^/proc/4194305/ns/net: no such file or directory$'],
  ['no-such-name', '^/run/netns/no-such-name: no such file or directory$'],
  ['..', '/run/netns/\\.\\.'],
  ['/none', '^/none: no such file or directory$'],
  ['/etc/passwd', '^/etc/passwd is not a network namespace$'],
  ['/proc/self/ns/mnt', '^/proc/self/ns/mnt is not a network namespace$'],
  ['a\0b', 'null bytes'],
])('what was tried: %j', (text, tried) => {
  const found = findNetns(text)
  expect('tried' in found ? found.tried : found.inode).toMatch(new RegExp(tried))
})
