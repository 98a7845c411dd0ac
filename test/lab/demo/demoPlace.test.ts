// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import type { Facts } from '../../../src/host/facts.ts'
import { loadFacts } from '../../../src/program/loadFacts.ts'
import { factsOf } from '../../command.ts'
import { lacksOf } from './demoPlace.ts'

const NO_KPROBES = 'kprobes: not in this kernel: tracepoints alone are used'
const NO_HEADERS = 'headers: /lib/modules/6.1.0-56-cloud-amd64/build is absent'

const withoutKprobes = ({ btf }: Facts): Partial<Facts> => {
  if ('error' in btf) throw new Error('the recorded facts have no BTF')
  const { register_kprobe: _, ...functions } = btf.functions
  return { btf: { ...btf, functions } }
}

test.each<[string, Partial<Facts> | ((facts: Facts) => Partial<Facts>), string[]]>([
  ['that has everything', {}, []],
  ['whose programs can be installed', { bpftrace: { path: 'b', error: 'ENOENT' }, setpriv: false, ss: false }, []],
  ['with the module loaded, and no headers', { module: 'ready', headers: false }, []],
  ['with the module loaded, and lockdown', { module: 'ready', lockdown: 'integrity' }, []],
  ['where we are not root', { euid: 1000 }, ['root: effective user id 1000']],
  ['with an old bpftrace', { bpftrace: { path: 'b', version: '0.11.3' } }, ['bpftrace: 0.11.3']],
  ['without tracefs', { tracefs: 'absent' }, ['tracefs: not mounted']],
  ['without kprobes', withoutKprobes, [NO_KPROBES]],
  ['without headers', { headers: false }, [NO_HEADERS]],
  ['that takes no unsigned module', { lockdown: 'integrity' }, ['module: lockdown is integrity']],
  [
    'that lacks several things',
    (facts) => ({ ...withoutKprobes(facts), tracefs: 'absent', headers: false }),
    ['tracefs: not mounted', NO_KPROBES, NO_HEADERS],
  ],
])('a machine %s', async (_, over, expected) => {
  const facts = await loadFacts({ facts: factsOf('6.1'), bpftrace: 'bpftrace' })
  expect(lacksOf({ ...facts, ...(typeof over === 'function' ? over(facts) : over) })).toEqual(expected)
})
