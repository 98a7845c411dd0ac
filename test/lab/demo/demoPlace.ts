// SPDX-License-Identifier: MIT
import { helps, needs } from '../../../src/program/check.ts'
import type { Facts } from '../../../src/host/facts.ts'

/**
 * What stands against the demo on a machine's own kernel, where it shows everything: kprobes and the module as well. A
 * program that can be installed, and a module that can be built, do not.
 */
export const lacksOf = (facts: Facts): string[] => {
  // An old bpftrace was chosen by somebody, and another one would not be found in its place.
  const installable = ['setpriv', 'ss', ...('error' in facts.bpftrace ? ['bpftrace'] : [])]
  // Headers are for building it.
  const needless = facts.module === 'absent' ? 'module' : 'headers'
  const lacks = [...needs(facts), ...helps(facts)].filter(
    ({ name, ok }) => !ok && name !== needless && !installable.includes(name),
  )
  return [
    ...lacks.map(({ name, found }) => `${name}: ${found}`),
    ...(facts.module === 'absent' && facts.lockdown === 'integrity' ? ['module: lockdown is integrity'] : []),
  ]
}
