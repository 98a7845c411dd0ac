// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { explainRefusal } from '../../src/commands/refusal.ts'

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
