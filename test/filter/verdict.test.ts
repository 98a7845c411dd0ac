// SPDX-License-Identifier: MIT
import { describe, expect, test } from 'vitest'
import { ANY } from '../../src/filter/filter.ts'
import { ANY_VERDICT, describeFilters, selects, type VerdictFilter } from '../../src/filter/verdict.ts'
import type { ContainerNames } from '../../src/observation.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { verdict } from '../samples.ts'

const NGINX = verdict({ dev: 'eth0' })
const IGNORED = verdict({ outcome: 'ignored', cause: 'ignored-listener', state: 'LISTEN', owner: null })
const OWNERLESS = verdict({ owner: null, state: null, cause: 'no-listener', who: 'local-kernel' })

const ID = '4c01db0b339c8a4d2d1f5b1f3e8b2c7a9d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a'
const inContainer = (cgroup: string, names: ContainerNames = {}) =>
  verdict({ owner: { how: 'socket', pid: 1, comm: 'nginx', cgroup, ...names } })
const UNNAMED = inContainer(`/docker/${ID}`)
const POD = inContainer(`/kubepods/pod87f05a8e-5b54-4a54-a6b5-9f5b7d1f4b64/${ID}`, {
  container: 'web',
  pod: 'web-0',
  namespace: 'shop',
})

test.each<[Partial<VerdictFilter>, Verdict, boolean]>([
  [{ container: ['web'] }, POD, true],
  [{ container: ['w?b'] }, POD, true],
  [{ container: ['db', 'db-*'] }, POD, false],
  [{ container: ['4c01*'] }, POD, false],
  [{ container: ['4c01db0b339c'] }, UNNAMED, true],
  [{ container: ['*'] }, NGINX, false],
  [{ notContainer: ['*'] }, NGINX, true],
  [{ notContainer: ['web'] }, POD, false],
  [{ pod: ['web-*'] }, POD, true],
  [{ pod: ['web'] }, POD, false],
  [{ pod: ['*'] }, UNNAMED, false],
  [{ notPod: ['web-0'] }, POD, false],
  [{ k8sNamespace: ['shop'] }, POD, true],
  [{ k8sNamespace: ['kube-*'] }, POD, false],
  [{ notK8sNamespace: ['shop'] }, POD, false],
  [{ k8sNamespace: ['shop'], pod: ['web-1'] }, POD, false],
  [{}, NGINX, true],
  [{}, OWNERLESS, true],
  [{ pid: [812] }, NGINX, true],
  [{ pid: [811, 813] }, NGINX, false],
  [{ notPid: [812] }, NGINX, false],
  [{ notPid: [811] }, NGINX, true],
  [{ pid: [812] }, OWNERLESS, false],
  [{ notPid: [812] }, OWNERLESS, true],
  [{ comm: ['nginx'] }, NGINX, true],
  [{ comm: ['ngin'] }, NGINX, false],
  [{ comm: ['NGINX'] }, NGINX, false],
  [{ notComm: ['apache2', 'nginx'] }, NGINX, false],
  [{ comm: ['nginx'] }, OWNERLESS, false],
  [{ notComm: ['nginx'] }, OWNERLESS, true],
  [{ comm: ['ng*'] }, NGINX, true],
  [{ comm: ['*x', 'apache?'] }, NGINX, true],
  [{ comm: ['*'] }, OWNERLESS, false],
  [{ notComm: ['ng?nx'] }, NGINX, false],
  [{ comm: ['.*'] }, NGINX, false],
  [{ comm: ['a[*'] }, verdict({ owner: { how: 'socket', pid: 1, comm: 'a[b', cgroup: null } }), true],
  [{ outcome: ['sent'] }, NGINX, true],
  [{ outcome: ['received', 'ignored'] }, NGINX, false],
  [{ notOutcome: ['ignored'] }, IGNORED, false],
  [{ who: ['local-kernel'] }, OWNERLESS, true],
  [{ notWho: ['local-kernel'] }, OWNERLESS, false],
  [{ who: ['peer', 'peer-app'] }, NGINX, false],
  [{ confidence: ['certain'] }, verdict({ confidence: 'likely' }), false],
  [{ notConfidence: ['unknown'] }, verdict({ confidence: 'likely' }), true],
  [{ dev: ['lo', 'eth0'] }, NGINX, true],
  [{ dev: ['eth'] }, NGINX, false],
  [{ notDev: ['eth0'] }, NGINX, false],
  [{ dev: ['eth0'] }, OWNERLESS, false],
  [{ notDev: ['eth0'] }, OWNERLESS, true],
  [{ state: ['ESTABLISHED'] }, NGINX, true],
  [{ state: ['NONE'] }, NGINX, false],
  [{ state: ['NONE'] }, OWNERLESS, true],
  [{ state: ['NONE'] }, verdict({ state: null, cause: 'unknown' }), false],
  [{ notState: ['NONE'] }, verdict({ state: null, cause: 'firewall-reject' }), true],
  [{ notState: ['NONE'] }, OWNERLESS, false],
  [{ cause: ['unread-data-on-close'] }, NGINX, true],
  [{ cause: ['linger-zero'] }, NGINX, false],
  [{ notCause: ['no-listener'] }, OWNERLESS, false],
  [{ cause: ['no-listener', 'ignored-listener'] }, IGNORED, true],
  [{ notCause: ['ignored-listener'] }, IGNORED, false],
  [{ state: ['LISTEN'] }, IGNORED, true],
  [{ notState: ['NONE'] }, IGNORED, true],
  [{ comm: ['nginx'], notPid: [812] }, NGINX, false],
  [{ pid: [812], comm: ['nginx'], dev: ['eth0'], state: ['ESTABLISHED'], notCause: ['unknown'] }, NGINX, true],
  [{ pid: [812], comm: ['nginx'], dev: ['eth1'] }, NGINX, false],
])('%j', (filter, given, expected) => {
  expect(selects({ ...ANY_VERDICT, ...filter }, given)).toBe(expected)
})

const described = (filter: Partial<VerdictFilter>) => describeFilters({ ...ANY, ...ANY_VERDICT, ...filter })

describe('described', () => {
  test('nothing asked', () => expect(described({})).toBe('any'))

  test('both filters, in one line', () => {
    const notDport = [
      { first: 80, last: 80 },
      { first: 443, last: 443 },
    ]
    const filter = { ...ANY, ...ANY_VERDICT, notDport, comm: ['nginx'], notState: ['NONE'] }
    expect(describeFilters(filter)).toBe('not-dport=80,443 not-state=NONE comm=nginx')
  })

  test('every question and every opposite', () => {
    for (const name of Object.keys(ANY_VERDICT)) {
      const option = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
      expect(described({ [name]: ['x'] })).toBe(`${option}=x`)
    }
  })

  test('names with more than letters in them stay one word of one line', () => {
    expect(described({ comm: ['kworker/0:1', 'a b', 'a\nb', '"'] })).toBe('comm=kworker/0:1,"a b","a\\nb","\\""')
  })
})
