// SPDX-License-Identifier: MIT
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { traceReset } from '../command.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-join-'))
afterAll(() => rmSync(directory, { recursive: true }))
const file = (name: string) => join(directory, name)

const end = (host: string) => fileURLToPath(new URL(`../join/ends/apart/${host}.jsonl.gz`, import.meta.url))
const [SERVER, CLIENT, ROUTER] = [end('server'), end('client'), end('router')]

const Account = z.looseObject({
  fate: z.string(),
  cause: z.string(),
  inference: z.string().nullable(),
  matched_by: z.string().nullable(),
  sender: z.looseObject({ host: z.string() }).nullable(),
})
const accountsOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => Account.parse(JSON.parse(line)))

test('three recordings of one event: who sent each RST, the clocks, the score', async () => {
  const { stdout, stderr, exitCode } = await traceReset(['join', SERVER, CLIENT, ROUTER])
  expect(exitCode).toBe(0)
  expect(stdout.split('\n').slice(0, 8).join('\n')).toBe(`\
TIME     FROM                    TO                    CAUSE
2026-11-28, UTC
22:49:03 192.0.2.1:8001        > 198.51.100.2:32956    linger-zero
         server: python3[182] closed it in ESTABLISHED with SO_LINGER 0; certain
         client: had inferred peer-aborted, likely: right
22:49:07 [2001:db8:1::1]:8002  > [2001:db8:2::2]:60646 linger-zero
         server: python3[182] closed it in ESTABLISHED with SO_LINGER 0; certain
         client: had inferred peer-aborted, likely: right`)
  expect(stdout).toContain('server: has this connection, and did not send it; certain')
  expect(stderr).toBe(`\
trace-reset: 10 RSTs of 10 connections: 8 with both ends, 2 sent by neither end
trace-reset: clock of client: 2.501315 s ahead of that of server, ±675 us, by 6 RSTs
trace-reset: clock of router: no RST tells how it differs from that of server; taken for the same
trace-reset: 10 inferences checked: 8 right, 2 weaker than the truth, 0 wrong
INFERRED           RIGHT WEAKER WRONG
connection-refused     2      2     0
forged                 2      0     0
peer-aborted           4      0     0
`)
})

test('the order of the files turns the clocks round, and nothing else', async () => {
  const [one, other] = await Promise.all([
    traceReset(['join', '-f', 'json', SERVER, CLIENT]),
    traceReset(['join', '-f', 'json', CLIENT, SERVER]),
  ])
  const told = ({ stdout }: typeof one) =>
    accountsOf(stdout).map(({ fate, cause, inference }) => [fate, cause, inference])
  expect(told(other)).toEqual(told(one))
  expect(other.stderr).toContain('clock of server: 2.501315 s behind that of client')
})

test('one end alone is told as that', async () => {
  const { stdout } = await traceReset(['join', '-f', 'json', CLIENT])
  expect(accountsOf(stdout).every(({ fate, inference, sender }) => fate === 'received' && !inference && !sender)).toBe(
    true,
  )
})

test('a NAT that is in no recording is passed by numbers', async () => {
  const { stdout } = await traceReset(['join', '-f', 'json', SERVER, CLIENT])
  const refused = accountsOf(stdout).filter(({ cause }) => cause === 'no-listener')
  expect(refused.map(({ matched_by, fate }) => [matched_by, fate])).toEqual([
    ['numbers', 'arrived'],
    ['numbers', 'arrived'],
  ])
})

test('CSV has a row for each, as wide as its header; the score replaces them', async () => {
  const { stdout } = await traceReset(['join', '-f', 'csv', SERVER, CLIENT])
  const widths = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(',').length)
  expect(new Set(widths.slice(1, 3))).toEqual(new Set([widths[0]]))
  expect(widths).toHaveLength(11)
  const score = await traceReset(['join', '--score', '-f', 'csv', SERVER, CLIENT])
  expect(score.stdout.split('\n').slice(0, 2)).toEqual([
    'truth,inferred,inference,count',
    'firewall-reject,connection-refused,weaker,2',
  ])
})

test('standard input is one of them, and -o keeps it', async () => {
  const { exitCode, stdout } = await traceReset(['join', '-', CLIENT, '-o', file('told.txt')], {
    input: readFileSync(SERVER),
  })
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
  expect(readFileSync(file('told.txt'), 'utf8')).toContain('unread-data-on-close')
})

test.each([
  ['no recording', () => ['join'], 2, "missing required argument 'file'"],
  ['one that is not there', () => ['join', SERVER, file('none')], 1, 'cannot read'],
  ['an output over a recording', () => ['join', file('own.gz'), '-o', file('own.gz')], 2, 'is one of the recordings'],
  ['standard input twice', () => ['join', '-', '-'], 2, 'standard input can be read once'],
])('%s is refused', async (_, args, exitCode, words) => {
  copyFileSync(SERVER, file('own.gz'))
  const run = await traceReset(args())
  expect({ exitCode: run.exitCode, stdout: run.stdout }).toEqual({ exitCode, stdout: '' })
  expect(run.stderr).toContain(words)
})
