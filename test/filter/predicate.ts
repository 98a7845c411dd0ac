// SPDX-License-Identifier: MIT
// A small interpreter of the predicates that render.ts writes, with the variables as a bpftrace program has them.
import { expect } from 'vitest'
import type { Tuple } from '../../src/flow/tuple.ts'
import { loaded } from './loaded.ts'

const TOKEN = /\$(?:family|s0|s1|sport|d0|d1|dport|netns)\b|0x[0-9a-f]{8}\b|\d+\b|[()]|[=!]=|>>|[<>]=?|&&?|\|\||\s+/g

/** bpftrace's operators are C's, and JavaScript's on BigInt bind alike but for &: what is left is to spell numbers and names. */
export const evaluate = (expression: string, tuple: Tuple): boolean => {
  expect(expression.replaceAll(TOKEN, '')).toBe('')
  const translated = expression.replaceAll(TOKEN, (token) =>
    token.startsWith('$') ? `variables.${token.slice(1)}` : /^\d/.test(token) ? `${token}n` : token,
  )
  // oxlint-disable-next-line typescript/no-implied-eval
  const value: unknown = new Function('variables', `return ${translated}`)(variables(tuple))
  return Boolean(value)
}

const variables = ({ family, saddr, sport, daddr, dport, netns }: Tuple) => {
  const [s0, s1] = loaded(family, saddr)
  const [d0, d1] = loaded(family, daddr)
  return { family: BigInt(family), s0, s1, sport: BigInt(sport), d0, d1, dport: BigInt(dport), netns: BigInt(netns) }
}
