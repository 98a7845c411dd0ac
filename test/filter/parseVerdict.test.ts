// SPDX-License-Identifier: MIT
import { describe, expect, test } from 'vitest'
import { parseCauses, parseComms, parseDevs, parsePids, parseStates } from '../../src/filter/parseVerdict.ts'
import { thrown } from '../thrown.ts'

type Parse = (option: string, text: string) => readonly (string | number)[]
const HOSTILE = ['', ' ', 'a,', ',a', ',,', '\n', '\0']

const refuses = (parse: Parse, texts: readonly string[]) =>
  test.each(texts)('not %j', (text) => {
    const { message, hint, exitCode } = thrown(() => parse('--option', text))
    expect({ message: /^(--option: |there is no cause )/.test(message), exitCode }).toEqual({
      message: true,
      exitCode: 2,
    })
    expect(message).not.toMatch(/\n/)
    expect(hint).toBeDefined()
  })

describe('PIDs', () => {
  test('several', () => expect(parsePids('', '1,812,4194304')).toEqual([1, 812, 4194304]))
  refuses(parsePids, [...HOSTILE, '0', '-1', '01', '1 ', '1.5', '1e3', '0x1', 'nginx', '$(id)', '9'.repeat(99)])
})

describe('names of tasks', () => {
  test.each([
    ['nginx', ['nginx']],
    ['kworker/0:1,Web Content', ['kworker/0:1', 'Web Content']],
    ['a-name-longer-than-15', ['a-name-longer-t']],
    ['$(id)', ['$(id)']],
    [' ', [' ']],
    ['ééééééééé', ['ééééééé\ufffd']],
    ['__proto__', ['__proto__']],
  ])('%j', (text, expected) => expect(parseComms('', text)).toEqual(expected))
  refuses(parseComms, ['', 'a,', ',a', ',,'])
})

describe('interfaces', () => {
  test('several', () => expect(parseDevs('', 'eth0,veth1@x,br-1.2')).toEqual(['eth0', 'veth1@x', 'br-1.2']))
  refuses(parseDevs, [...HOSTILE, 'a b', 'eth0:1', 'a/b', '.', '..', 'longer-than-15-b', 'é'.repeat(8)])
})

describe('states', () => {
  test.each([
    ['ESTABLISHED', ['ESTABLISHED']],
    ['tcp_syn_sent,Time_Wait', ['SYN_SENT', 'TIME_WAIT']],
    ['none', ['NONE']],
    ['TCP_NEW_SYN_RECV', ['NEW_SYN_RECV']],
  ])('%j', (text, expected) => expect(parseStates('', text)).toEqual(expected))
  refuses(parseStates, [...HOSTILE, 'TCP_', 'TCP_TCP_CLOSE', 'ESTAB', 'established ', '1', '$(id)', 'toString'])
})

describe('causes', () => {
  test('several', () => expect(parseCauses('', 'linger-zero,unknown')).toEqual(['linger-zero', 'unknown']))
  refuses(parseCauses, [...HOSTILE, 'Linger-zero', 'linger', '__proto__', 'toString', '$(id)'])
})
