// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bufferBytes, limitsFor, memoryOf } from '../../src/program/limits.ts'

const MIB = 1024 * 1024

test.each([
  ['0.17.0', 1, 4096, 16],
  ['0.17.0', 2, 4096, 32],
  ['0.17.0', 4, 4096, 64],
  ['0.17.0', 6, 4096, 48],
  ['0.17.0', 128, 4096, 64],
  ['0.17.0', 512, 4096, 128],
  ['0.17.0', 4, 65_536, 64],
  ['0.17.0', 128, 65_536, 64],
  ['0.18.0', 1, 4096, 16],
  ['0.23.2', 128, 4096, 16],
  ['0.27.1', 128, 65_536, 16],
  ['1.0', 2, 4096, 16],
])('bpftrace %s, %i CPUs, pages of %i bytes: buffers of %i MiB', (version, online, pageBytes, expected) => {
  expect(bufferBytes({ version, online, pageBytes }) / MIB).toBe(expected)
})

test.each([
  ['0.17.0', 128, 4096, { BPFTRACE_MAP_KEYS_MAX: '65536', BPFTRACE_PERF_RB_PAGES: '128' }],
  ['0.17.0', 128, 65_536, { BPFTRACE_MAP_KEYS_MAX: '65536', BPFTRACE_PERF_RB_PAGES: '8' }],
  ['0.19.1', 2, 4096, { BPFTRACE_MAP_KEYS_MAX: '65536', BPFTRACE_PERF_RB_PAGES: '4096' }],
  ['0.20.0', 2, 4096, { BPFTRACE_MAX_MAP_KEYS: '65536', BPFTRACE_PERF_RB_PAGES: '4096' }],
  ['0.27.1', 128, 65_536, { BPFTRACE_MAX_MAP_KEYS: '65536', BPFTRACE_PERF_RB_PAGES: '4096' }],
])('bpftrace %s, %i CPUs, pages of %i bytes is told %j', (version, online, pageBytes, expected) => {
  expect(limitsFor({ version, online, pageBytes })).toEqual(expected)
})

// By /proc/PID/fdinfo of bpftrace 0.23.2 on Linux 6.12, `memlock`: 7,865,504 bytes for a key of 48 bytes, 5,243,984 for one of 8,
// 5,768,288 for one of 16, 35,652,544 for stacks of 24 frames, 23,069,632 for those of 12. Each has about 1 KB for spare elements.
const none = bufferBytes({ version: '0.23.2', online: 2, pageBytes: 4096 })

test.each([
  ['@ttl[$s0, $s1, $d0, $d1, $ports, $netns] = 1;', 7_865_504],
  ['@n[cpu]++;', 5_243_984],
  ['@sent[cpu, $netns]++; @sent[cpu, @attempt[$who].1]++;', 5_768_288],
  ['printf("%s", kstack(24)); printf("%s", kstack(24));', 35_652_544],
  ['printf("%s", kstack(perf, 12));', 23_069_632],
  ['if (@ttl[$s0] == 1) { @pending = 2; }', 0],
])('%s takes about %i bytes', (text, expected) => {
  const bytes = memoryOf(text, { version: '0.23.2', online: 2, pageBytes: 4096 }) - none
  expect(Math.abs(bytes - expected)).toBeLessThan(2000)
})

test('no map is kept for each CPU: the memory is the same on 2 and on 128', () => {
  const text = readFileSync(new URL('golden/any.bt', import.meta.url), 'utf8')
  expect(text).not.toMatch(/= (?:count|sum|avg|min|max|hist|stats)\(/)
  const memory = (online: number) => memoryOf(text, { version: '0.23.2', online, pageBytes: 4096 })
  expect(memory(128)).toBe(memory(2))
  expect(memory(2)).toBeLessThan(150 * MIB)
})
