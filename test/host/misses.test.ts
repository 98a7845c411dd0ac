// SPDX-License-Identifier: MIT
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readMisses } from '../../src/host/misses.ts'

const proc = mkdtempSync(join(tmpdir(), 'trace-reset-misses-'))
afterAll(() => rmSync(proc, { recursive: true }))

/** As Linux 6.12 has it for a program of bpftrace 0.23. */
const programOf = (misses: number) =>
  'pos:\t0\nflags:\t02000002\nmnt_id:\t17\nino:\t1037\nprog_type:\t2\nprog_jited:\t1\nprog_tag:\t921ffcc5e5f680a7\n' +
  `memlock:\t12288\nprog_id:\t14\nrun_time_ns:\t0\nrun_cnt:\t0\nrecursion_misses:\t${misses}\nverified_insns:\t2292\n`

test('the misses of every program are summed', () => {
  mkdirSync(join(proc, '12/fdinfo'), { recursive: true })
  writeFileSync(join(proc, '12/fdinfo/0'), 'pos:\t0\nflags:\t0100002\nmnt_id:\t26\nino:\t3\n')
  writeFileSync(join(proc, '12/fdinfo/7'), programOf(3))
  writeFileSync(join(proc, '12/fdinfo/9'), programOf(40))
  expect(readMisses(12, proc)).toBe(43)
})

test('a process that is gone has none', () => {
  expect(readMisses(13, proc)).toBe(0)
})
