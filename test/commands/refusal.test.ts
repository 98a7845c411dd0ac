// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { explainRefusal, missingSymbols } from '../../src/commands/refusal.ts'

// What insmod of kmod 30 and 34 printed on the lab's kernels.
const insmod = (words: string) => `insmod: ERROR: could not insert module tcphash.ko: ${words}`

test.each([
  ['Invalid module format', 'none', /another kernel/],
  ['Key was rejected by service', 'none', /signed modules only/],
  ['Required key not available', 'none', /signed modules only/],
  ['Key was rejected by service', 'integrity', /signed modules only/],
  ['Operation not permitted', 'integrity', /^lockdown\(7\) is integrity/],
  ['Operation not permitted', 'confidentiality', /^lockdown\(7\) is confidentiality/],
  ['Operation not permitted', 'none', /CAP_SYS_MODULE/],
  ['Unknown symbol in module', 'none', /lacks/],
  ['Cannot allocate memory', 'none', /dmesg/],
])('insmod: %s, lockdown %s', (words, lockdown, expected) => {
  expect(explainRefusal(insmod(words), lockdown)).toMatch(expected)
})

// What modpost of 5.10 and of 7.2 printed of a module that wants __sock_gen_cookie(), which no kernel exports.
const MODPOST = `ERROR: modpost: "__sock_gen_cookie" [/tmp/kmod/tcphash.ko] undefined!
ERROR: modpost: "__sock_gen_cookie" [tcphash.ko] undefined!
ERROR: modpost: "sock_gen_put" [tcphash.ko] undefined!
make[2]: *** [scripts/Makefile.modpost:133: Module.symvers] Error 1
`

test('a build that fails for want of symbols names them', () => {
  expect(missingSymbols(MODPOST)).toEqual(['__sock_gen_cookie', 'sock_gen_put'])
  expect(missingSymbols('lookup.c:44:1: error: control reaches end of non-void function\n')).toEqual([])
})
