// SPDX-License-Identifier: MIT
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { cgroup2Mounts, createCgroups } from '../../src/host/cgroups.ts'
import { watchCgroups } from '../../src/host/watchCgroups.ts'

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
  expect(createCgroups([mount]).pathOf(numberOf(path))).toBe(path)
})

test('a number that no directory has is of none', () => {
  const path = createCgroups([mount]).pathOf
  expect(path('ffffffffffffffff')).toBe(undefined)
  expect(path(numberOf('system.slice/cgroup.procs'))).toBe(undefined)
})

test('a cgroup that comes later is found, one that is gone is remembered', () => {
  const path = createCgroups([mount]).pathOf
  const nginx = numberOf('system.slice/nginx.service')
  expect(path(nginx)).toBe('/system.slice/nginx.service')
  mkdirSync(join(mount, 'user.slice'))
  rmdirSync(join(mount, 'system.slice/nginx.service'))
  expect(path(numberOf('user.slice'))).toBe('/user.slice')
  expect(path(nginx)).toBe('/system.slice/nginx.service')
})

test('where nothing is mounted there is nothing, and the next mount is looked at', () => {
  expect(createCgroups([join(root, 'none')]).pathOf('1')).toBe(undefined)
  expect(createCgroups([join(root, 'none'), mount]).pathOf(numberOf('system.slice'))).toBe('/system.slice')
})

test('a cgroup that came and went again is known to who watches', async () => {
  const cgroups = createCgroups([mount])
  const [noticed, numbers]: [string[], string[]] = [[], []]
  watchCgroups([mount], (number, path) => {
    cgroups.notice(number, path)
    noticed.push(path)
    numbers.push(number)
  })
  expect(noticed.toSorted()).toEqual(['/', '/system.slice', '/system.slice/nginx.service'])
  mkdirSync(join(mount, 'app.slice/libpod-1.scope/container'), { recursive: true })
  const container = numberOf('app.slice/libpod-1.scope/container')
  await vi.waitFor(() => expect(noticed).toContain('/app.slice/libpod-1.scope/container'), 10_000)
  rmSync(join(mount, 'app.slice'), { recursive: true })
  expect(cgroups.pathOf(container)).toBe('/app.slice/libpod-1.scope/container')
  // One of the same name is another.
  mkdirSync(join(mount, 'app.slice'))
  await vi.waitFor(() => expect(numbers).toContain(numberOf('app.slice')), 10_000)
})

test('the oldest of very many is forgotten', () => {
  const cgroups = createCgroups([mount])
  for (let number = 0; number <= 50_000; number++) cgroups.notice(`f${number}`, `/${number}`)
  expect(cgroups.pathOf('f0')).toBe(undefined)
  expect(cgroups.pathOf('f50000')).toBe('/50000')
})

test('directories of another file system, of cgroups version 1 say, are no cgroups of version 2', () => {
  expect(cgroup2Mounts([mount, join(root, 'none'), '/proc'])).toEqual([])
})
