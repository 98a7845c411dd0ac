// SPDX-License-Identifier: MIT
// A small interpreter of the predicates that render.ts writes, with the variables as a bpftrace program has them.
import { expect } from 'vitest'
import type { Tuple } from '../../src/flow/tuple.ts'
import { loaded } from './loaded.ts'

const TOKEN = /\$(?:family|[sdrt][01]|[sdrt]port|netns)\b|0x[0-9a-f]{8}\b|\d+\b|[()]|[=!]=|>>|[<>]=?|&&?|\|\||\s+/g

/** bpftrace's operators are C's, and JavaScript's on BigInt bind alike but for &: what is left is to spell numbers and names. */
/** `reply`: the tuple of the answers, where NAT is asked of. */
export const evaluate = (expression: string, tuple: Tuple, reply?: Tuple): boolean => {
  expect(expression.replaceAll(TOKEN, '')).toBe('')
  const translated = expression.replaceAll(TOKEN, (token) =>
    token.startsWith('$') ? `variables.${token.slice(1)}` : /^\d/.test(token) ? `${token}n` : token,
  )
  // oxlint-disable-next-line typescript/no-implied-eval
  const value: unknown = new Function('variables', `return ${translated}`)({
    ...(reply === undefined ? {} : answers(reply)),
    ...variables(tuple),
  })
  return Boolean(value)
}

const answers = (reply: Tuple) => {
  const { s0: r0, s1: r1, sport: rport, d0: t0, d1: t1, dport: tport } = variables(reply)
  return { r0, r1, rport, t0, t1, tport }
}

const variables = ({ family, saddr, sport, daddr, dport, netns }: Tuple) => {
  const [s0, s1] = loaded(family, saddr)
  const [d0, d1] = loaded(family, daddr)
  return { family: BigInt(family), s0, s1, sport: BigInt(sport), d0, d1, dport: BigInt(dport), netns: BigInt(netns) }
}
