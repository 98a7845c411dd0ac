// SPDX-License-Identifier: MIT
import { describe, expect, test } from 'vitest'
import { readBtf } from '../../src/host/btf.ts'
import { blob } from './btfBytes.ts'

const wanted = {
  functions: ['tcp_reset', 'before_its_prototype', 'absent', 'pair', 'sk'],
  typedefs: ['btf_trace_seen', 'btf_trace_absent', 'int'],
  enums: ['wide'],
}

describe('BTF', () => {
  test('functions with the names of their arguments, typedefs, an enum of 64 bits', () => {
    expect(readBtf(blob(), wanted)).toEqual({
      functions: { tcp_reset: ['sk', 'skb', 'reason'], before_its_prototype: [] },
      returns: { tcp_reset: 'int', before_its_prototype: 'void' },
      typedefs: ['btf_trace_seen'],
      enums: { wide: { 1: 'LOW', 2: 'HIGH' } },
    })
  })

  test.each([
    ['gives_pointer', '*'],
    ['gives_enum', 'enum colours'],
    ['gives_enum64', 'enum wide'],
    ['gives_typedef', 'btf_trace_seen'],
  ])('%s returns %s', (name, type) => {
    expect(readBtf(blob(), { ...wanted, functions: [name] }).returns).toEqual({ [name]: type })
  })

  test('besides the names asked for, all functions and tracepoints that are like them', () => {
    const { functions, typedefs } = readBtf(blob(), {
      ...wanted,
      functions: ['tcp_reset'],
      typedefs: [],
      like: /^(not|seen)/,
    })
    expect({ functions: Object.keys(functions).toSorted(), typedefs }).toEqual({
      functions: ['not_wanted', 'tcp_reset'],
      typedefs: ['btf_trace_seen'],
    })
  })

  test('an enum of 32 bits, and several', () => {
    expect(readBtf(blob(), { ...wanted, enums: ['colours', 'wide'] }).enums).toEqual({
      colours: { 0: 'RED', 7: 'BLUE' },
      wide: { 1: 'LOW', 2: 'HIGH' },
    })
  })

  test('an enum that is not there', () => {
    expect(readBtf(blob(), { ...wanted, enums: ['absent'] }).enums).toEqual({})
  })

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['half a header', blob().subarray(0, 10)],
    ['types cut off', blob().subarray(0, 42)],
  ])('fails on %s', (_, bytes) => {
    expect(() => readBtf(bytes, wanted)).toThrow(RangeError)
  })

  test('fails on something else', () => {
    expect(() => readBtf(Buffer.from('\u007fELF and so on'), wanted)).toThrow('not BTF: the magic number is missing')
  })
})
