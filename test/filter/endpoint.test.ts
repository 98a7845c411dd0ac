// SPDX-License-Identifier: MIT
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ExpectedError } from '../../src/errors.ts'
import { parseAddresses } from '../../src/filter/address.ts'
import { parseEndpoints, unwantedOf, wantedOf } from '../../src/filter/endpoint.ts'
import { parsePorts } from '../../src/filter/port.ts'
import { thrown } from '../thrown.ts'

const parse = (text: string) => parseEndpoints('--peer', text, (name) => (name === 'https' ? 443 : undefined))
const address = (text: string) => parseAddresses('', text)[0]
const port = (text: string) => parsePorts('', text)[0]

test.each([
  ['192.0.2.7', [{ address: address('192.0.2.7') }]],
  ['192.0.2.7:443', [{ address: address('192.0.2.7'), port: port('443') }]],
  ['192.0.2.0/24:https', [{ address: address('192.0.2.0/24'), port: port('443') }]],
  ['2001:db8::7', [{ address: address('2001:db8::7') }]],
  ['2001:db8::/32', [{ address: address('2001:db8::/32') }]],
  ['[2001:db8::7]', [{ address: address('2001:db8::7') }]],
  ['[2001:db8::7]:80', [{ address: address('2001:db8::7'), port: port('80') }]],
  ['[2001:db8::/32]:8000-8100', [{ address: address('2001:db8::/32'), port: port('8000-8100') }]],
  [':80,*:81', [{ port: port('80') }, { port: port('81') }]],
])('%s', (text, expected) => expect(parse(text)).toEqual(expected))

test.each([
  '',
  ',',
  '192.0.2.7:',
  '192.0.2.7:0x1',
  '192.0.2.7:80:81',
  '[2001:db8::7',
  '[]:80',
  '[192.0.2.7]80',
  'host:80',
  ':',
  '*',
  '$(id)',
])('not %j', (text) => {
  const { message, hint, exitCode } = thrown(() => parse(text))
  expect({ names: message.startsWith('--peer: '), hinted: hint !== undefined, exitCode }).toEqual({
    names: true,
    hinted: true,
    exitCode: 2,
  })
})

// Whatever else is thrown fails the test.
const outcome = (text: string) => {
  try {
    return parse(text).every(({ address: one, port: other }) => one !== undefined || other !== undefined)
  } catch (error) {
    if (error instanceof ExpectedError) return true
    throw error
  }
}

test('whatever is typed is read or refused', () => {
  const typed = fc.stringMatching(/^[0-9a-f.:/[\]*,-]{0,24}$/)
  fc.assert(
    fc.property(typed, (text) => {
      expect(outcome(text)).toBe(true)
    }),
  )
})

describe('what is asked of addresses and ports', () => {
  test.each([
    ['192.0.2.7,192.0.2.8', 2, 0],
    ['192.0.2.7:80,192.0.2.8:80', 2, 2],
    ['192.0.2.7:80,192.0.2.7:81', 2, 2],
    [':80,:81', 0, 2],
  ])('%s', (text, addresses, ports) => {
    const asked = wantedOf('--peer', parse(text))
    expect([asked.addresses.length, asked.ports.length]).toEqual([addresses, ports])
  })

  test.each(['192.0.2.7:80,192.0.2.8:81', '192.0.2.7,:80', '192.0.2.7:80,192.0.2.8'])('not %s', (text) => {
    expect(thrown(() => wantedOf('--peer', parse(text))).message).toBe(
      '--peer: these ends differ in address and in port',
    )
  })

  test('an exclusion is of one of them', () => {
    expect(unwantedOf('--not-peer', parse('192.0.2.7,:80'))).toMatchObject({ ports: [port('80')] })
    expect(thrown(() => unwantedOf('--not-peer', parse('192.0.2.7:80'))).exitCode).toBe(2)
  })
})
