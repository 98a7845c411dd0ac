// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { createPlaces, type Sources } from '../../src/host/places.ts'
import { cgroupIn } from '../../src/host/procCgroup.ts'

const ID = '4c01db0b339c8a4d2d1f5b1f3e8b2c7a9d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a'

test.each([
  ['version 2', '0::/system.slice/nginx.service\n', '/system.slice/nginx.service'],
  ['version 2, the root', '0::/\n', '/'],
  ['version 1', `12:cpu,cpuacct:/x\n4:memory:/docker/${ID}\n1:name=systemd:/docker/${ID}\n`, `/docker/${ID}`],
  ['version 1, without systemd', `4:memory:/docker/${ID}\n2:cpu:/x\n`, `/docker/${ID}`],
  ['version 1 with controllers together', `4:hugetlb,memory:/docker/${ID}\n`, `/docker/${ID}`],
  ['version 1, no container', '4:memory:/a\n1:name=systemd:/system.slice/b.service\n', '/system.slice/b.service'],
  ['hybrid, where version 2 is empty', `1:name=systemd:/docker/${ID}\n0::/\n`, `/docker/${ID}`],
  ['hybrid, no container', '1:name=systemd:/a.service\n0::/b.service\n', '/b.service'],
  ['from within a namespace', `0::/../../docker-${ID}.scope\n`, `/docker-${ID}.scope`],
  ['from within, the parent itself', '0::/..\n', '/'],
  ['a name that begins with dots', '0::/..a\n', '/..a'],
  ['a controller of another name', '3:notmemory:/a\n', undefined],
  ['a process that is gone', '', undefined],
])('%s', (_, text, path) => {
  expect(cgroupIn(text)).toBe(path)
})

const task = { pid: 7, comm: 'nginx', exit_code: null }
const sources = (given: Partial<Sources>): Sources => ({
  byId: () => undefined,
  byPid: undefined,
  namesOf: () => undefined,
  ...given,
})

test.each<[string, Partial<Sources>, string | undefined]>([
  ['by its id', { byId: () => '/a' }, '/a'],
  ['gone', {}, undefined],
  [
    'by its process, where only version 1 has the container',
    { byId: () => '/', byPid: () => `/docker/${ID}` },
    `/docker/${ID}`,
  ],
  ['by its id, where version 1 has none either', { byId: () => '/a', byPid: () => '/b' }, '/a'],
  ['by its id, where that has the container', { byId: () => `/docker/${ID}`, byPid: () => '/b' }, `/docker/${ID}`],
  ['by its process, where there is no version 2', { byPid: () => '/b' }, '/b'],
  ['by its id, where the process has ended', { byId: () => '/a', byPid: () => undefined }, '/a'],
])('the cgroup of an event’s task: %s', (_, given, cgroup) => {
  const { placed } = createPlaces(() => undefined, sources(given))
  expect(placed({ ...task, cgroup: '1f' })).toEqual(cgroup === undefined ? task : { ...task, cgroup })
})

test('a task has the names of its container', () => {
  const { named, placed } = createPlaces(
    () => undefined,
    sources({ byId: () => '/a', namesOf: (path) => (path === '/a' ? { container: 'web' } : undefined) }),
  )
  const there = { ...task, cgroup: '/a', container: 'web' }
  expect(placed({ ...task, cgroup: '1f' })).toEqual(there)
  expect(named({ ...task, cgroup: '/a' })).toEqual(there)
  expect(named({ ...task, cgroup: '/b' })).toEqual({ ...task, cgroup: '/b' })
  expect(named(task)).toEqual(task)
})
