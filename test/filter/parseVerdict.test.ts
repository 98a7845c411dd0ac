// SPDX-License-Identifier: MIT
import { describe, expect, test } from 'vitest'
import {
  parseCause,
  parseCauses,
  parseComms,
  parseConfidences,
  parseContainers,
  parseDevs,
  parseNames,
  parseOutcomes,
  parsePids,
  parseStates,
  parseWho,
} from '../../src/filter/parseVerdict.ts'
import { thrown } from '../thrown.ts'

type Parse = (option: string, text: string) => readonly (string | number)[]
const HOSTILE = ['', ' ', 'a,', ',a', ',,', '\n', '\0']

const refuses = (parse: Parse, texts: readonly string[]) =>
  test.each(texts)('not %j', (text) => {
    const { message, hint, exitCode } = thrown(() => parse('--option', text))
    expect({ message: message.startsWith('--option: '), exitCode }).toEqual({
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
    ['php*,*-longer-than-15-bytes', ['php*', '*-longer-than-15-bytes']],
  ])('%j', (text, expected) => expect(parseComms('', text)).toEqual(expected))
  refuses(parseComms, ['', 'a,', ',a', ',,'])
})

describe('containers and pods', () => {
  test.each([
    ['web,web-*', ['web', 'web-*']],
    ['k8s_POD, a b', ['k8s_POD', ' a b']],
    ['4c01db0b339c', ['4c01db0b339c']],
    ['4c01db0b339c8', ['4c01db0b339c']],
    [`${'0123'.repeat(16)},${'0123'.repeat(17)}`, ['012301230123', '0123'.repeat(17)]],
  ])('%j', (text, expected) => expect(parseContainers('', text)).toEqual(expected))
  test('a pod of digits is no id', () => expect(parseNames('', '4c01db0b339c8')).toEqual(['4c01db0b339c8']))
  refuses(parseContainers, ['', 'a,', ',a', ',,'])
  refuses(parseNames, ['', 'a,', ',a', ',,'])
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
    ['ESTAB,UNCONN,LISTEN', ['ESTABLISHED', 'CLOSE', 'LISTEN']],
    ['syn-sent,syn-recv,close-wait', ['SYN_SENT', 'SYN_RECV', 'CLOSE_WAIT']],
    ['fin-wait-1,FIN-WAIT-2,fin_wait1', ['FIN_WAIT1', 'FIN_WAIT2', 'FIN_WAIT1']],
    ['closed,listening', ['CLOSE', 'LISTEN']],
  ])('%j', (text, expected) => expect(parseStates('', text)).toEqual(expected))
  refuses(parseStates, [...HOSTILE, 'TCP_', 'TCP_TCP_CLOSE', 'ESTA', 'established ', '1', '$(id)', 'toString'])
})

describe('causes', () => {
  test.each([
    ['linger-zero,unknown', ['linger-zero', 'unknown']],
    ['unread', ['unread-data-on-close']],
    ['mptcp,time-wait', ['mptcp', 'time-wait']],
    ['time-wait-*', ['time-wait-overflow', 'time-wait-assassinated']],
    ['*-listener', ['no-listener', 'bad-ack-to-listener', 'ignored-listener']],
    ['?ptcp', ['mptcp']],
  ])('%j', (text, expected) => expect(parseCauses('', text)).toEqual(expected))

  refuses(parseCauses, [...HOSTILE, 'Linger-zero', 'linger', 'ignored', 'x*', '__proto__', 'toString', '$(id)'])

  test.each([
    [
      'peer_aborted',
      '--cause: there is no cause "peer_aborted"',
      'did you mean peer-aborted? trace-reset causes --list lists them',
    ],
    ['x*', '--cause: there is no cause "x*"', 'trace-reset causes --list lists them'],
    [
      'linger',
      '--cause: there is no cause "linger": it may be linger2-abort, linger-zero',
      'write more of the name, or linger* for all of them',
    ],
  ])('refused with what is near: %s', (name, message, hint) => {
    expect(thrown(() => parseCauses('--cause', name))).toMatchObject({ message, hint })
  })

  test('one alone', () => {
    expect(parseCause('unread')).toBe('unread-data-on-close')
    expect(thrown(() => parseCause('ignored-*'))).toMatchObject({
      message: '"ignored-*" is not one cause',
      exitCode: 2,
    })
  })
})

describe('outcomes, whose doing, confidences', () => {
  test.each<[Parse, string, string[]]>([
    [parseOutcomes, 'sent,ignored', ['sent', 'ignored']],
    [parseWho, 'peer,middlebox', ['peer', 'middlebox']],
    [parseWho, 'peer*', ['peer', 'peer-app', 'peer-kernel']],
    [parseWho, 'local-f', ['local-firewall']],
    [parseConfidences, 'likely,unknown', ['likely', 'unknown']],
  ])('case %#', (parse, text, expected) => expect(parse('', text)).toEqual(expected))
  refuses(parseOutcomes, [...HOSTILE, 'Sent', 'out', '*x'])
  refuses(parseWho, [...HOSTILE, 'local', 'kernel', 'toString'])
  refuses(parseConfidences, [...HOSTILE, 'sure'])
})
