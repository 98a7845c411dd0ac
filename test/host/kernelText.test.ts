// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createNameFrame, readKernelText } from '../../src/host/kernelText.ts'

// As of Linux 6.12; the size of `veth` is that of all its parts, and reaches over the code of the next module.
const VETH = 'veth 45056 0 - Live 0xffffffffc0100000'
const NF_TABLES = 'nf_tables 12288 9 nft_compat, Live 0xffffffffc0108000 (E)'
const NFT_REJECT = 'nft_reject_inet 4096 0 - Live 0xffffffffc0104000'
const TEXT = { from: 0xffffffff81000000n, to: 0xffffffff82000000n, freed: new Set(['nf_tables_init']) }
const HIDDEN = { modules: () => '', now: () => 0 }

const framesOf = (text: typeof TEXT | undefined, ...lists: string[][]) => {
  let [reads, ms] = [0, 0]
  const modules = () => `${(lists[Math.min(reads++, lists.length - 1)] ?? []).join('\n')}\n`
  const name = createNameFrame(() => text, { modules, now: () => ms })
  return { name, later: (by: number) => (ms += by), reads: () => reads }
}

test.each<[string, string, string | undefined]>([
  ['the kernel itself', 'ffffffff81abcdef', 'f'],
  ['a module that was there before', 'ffffffffc0100123', 'f'],
  ['a module that came later, within the size of another', 'ffffffffc0104010', '[nft_reject_inet]'],
  ['the next module, which was there before', 'ffffffffc0108010', 'f'],
  ['nobody: a BPF program, or a module that has gone', 'ffffffffc0500000', undefined],
])('a frame in %s', (_, address, expected) => {
  const { name } = framesOf(TEXT, [VETH, NF_TABLES], [VETH, NF_TABLES, NFT_REJECT])
  expect(name(address, 'f')).toBe(expected)
})

test('a name that was freed, in a place that another module has now, is not believed', () => {
  const { name } = framesOf(TEXT, [VETH])
  expect(name('ffffffffc0100123', 'nf_tables_init')).toBe('[veth]')
})

test('where the kernel is not known, what is in no module is taken for its own', () => {
  const { name } = framesOf(undefined, [VETH], [VETH, NFT_REJECT])
  expect(name('ffffffff81abcdef', 'f')).toBe('f')
  expect(name('ffffffffc0104010', 'f')).toBe('[nft_reject_inet]')
})

test('a module that took the place of another has not its name', () => {
  const other = NFT_REJECT.replace('nft_reject_inet', 'other')
  const { name, later } = framesOf(TEXT, [NFT_REJECT], [NFT_REJECT], [other], [NFT_REJECT])
  expect(name('ffffffffc0104010', 'f')).toBe('f')
  later(1001)
  expect(name('ffffffffc0104010', 'f')).toBe('[other]')
  later(1001)
  expect(name('ffffffffc0104010', 'f')).toBe('[nft_reject_inet]')
})

test('a frame that was met before asks nothing of the machine for a second', () => {
  const { name, reads } = framesOf(TEXT, [VETH])
  for (let i = 0; i < 10; i++) name('ffffffffc0100123', 'f')
  expect(reads()).toBe(2)
})

test('without the right to see addresses bpftrace is believed', () => {
  const { name } = framesOf(undefined, [VETH.replace(/0x.*/, '0x0000000000000000')])
  expect(name('ffffffffc0100123', 'f')).toBe('f')
})

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-text-'))
afterAll(() => rmSync(directory, { recursive: true }))

test.each<[string, string, object | undefined]>([
  [
    'told',
    '0 A fixed\nffffffff81000000 T _stext\nffffffff81000000 T _text\nffffffff82000000 T _etext\nx',
    { ...TEXT, freed: new Set() },
  ],
  ['hidden', '0000000000000000 T _stext\n0000000000000000 T _etext\n', undefined],
  ['not told', 'ffffffff81000000 T _stext\n', undefined],
])('where the kernel is: %s', async (name, symbols, expected) => {
  const path = join(directory, name.replace(' ', '-'))
  writeFileSync(path, symbols)
  expect(await readKernelText(path, HIDDEN)).toEqual(expected)
})

test('which names are of what was freed, in a place that another module has now', async () => {
  const path = join(directory, 'freed')
  const kernel = 'ffffffff81000000 T _stext\nffffffff82000000 T _etext\n'
  const ours = 'ffffffffc0100010 t veth_xmit\t[veth]\nffffffffc0108010 t nf_tables_init\t[nf_tables]\n'
  writeFileSync(
    path,
    `${kernel}${ours}ffffffffc0100100 T nf_tables_init\t[nf_tables]\nffffffffc0500000 T gone\t[veth]\n`,
  )
  expect(await readKernelText(path, { ...HIDDEN, modules: () => `${VETH}\n${NF_TABLES}\n` })).toEqual(TEXT)
})

test('where the kernel is, where nothing can be read', async () => {
  expect(await readKernelText(join(directory, 'absent'))).toBeUndefined()
})
