// SPDX-License-Identifier: MIT
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { cgroup2Mounts, createCgroups } from '../../src/host/cgroups.ts'

const root = mkdtempSync(join(tmpdir(), 'trace-reset-cgroups-'))
afterAll(() => rmSync(root, { recursive: true }))

// A tree of directories, whose inodes are their numbers, as in the file system of cgroups.
let count = 0
let mount = ''
beforeEach(() => {
  mount = join(root, `${(count += 1)}`)
  mkdirSync(join(mount, 'system.slice/nginx.service'), { recursive: true })
  writeFileSync(join(mount, 'system.slice/cgroup.procs'), '')
})
const numberOf = (path: string) => statSync(join(mount, path), { bigint: true }).ino.toString(16)

test.each(['/', '/system.slice', '/system.slice/nginx.service'])('%s is found by its number', (path) => {
  expect(createCgroups([mount])(numberOf(path))).toBe(path)
})

test('a number that no directory has is of none', () => {
  const path = createCgroups([mount])
  expect(path('ffffffffffffffff')).toBe(undefined)
  expect(path(numberOf('system.slice/cgroup.procs'))).toBe(undefined)
})

test('a cgroup that comes later is found, one that is gone is remembered', () => {
  const path = createCgroups([mount])
  const nginx = numberOf('system.slice/nginx.service')
  expect(path(nginx)).toBe('/system.slice/nginx.service')
  mkdirSync(join(mount, 'user.slice'))
  rmdirSync(join(mount, 'system.slice/nginx.service'))
  expect(path(numberOf('user.slice'))).toBe('/user.slice')
  expect(path(nginx)).toBe('/system.slice/nginx.service')
})

test('where nothing is mounted there is nothing, and the next mount is looked at', () => {
  expect(createCgroups([join(root, 'none')])('1')).toBe(undefined)
  expect(createCgroups([join(root, 'none'), mount])(numberOf('system.slice'))).toBe('/system.slice')
})

test('directories of another file system, of cgroups version 1 say, are no cgroups of version 2', () => {
  expect(cgroup2Mounts([mount, join(root, 'none'), '/proc'])).toEqual([])
})
