// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { journalEntry, MESSAGE_ID } from '../../src/format/journal.ts'
import { start, TUPLE, verdict } from '../samples.ts'

const fields = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )

test('a verdict as the fields of an entry', () => {
  expect(journalEntry(verdict(), start())).toMatchInlineSnapshot(`
    "MESSAGE=192.0.2.1:80 > 192.0.2.2:40000 unread-data-on-close: nginx[812] closed it in ESTABLISHED, 17 bytes unread; certain
    MESSAGE_ID=68fe259335b7475687aa102615d02709
    PRIORITY=4
    SYSLOG_IDENTIFIER=trace-reset
    OBJECT_PID=812
    TCP_RESET_TIME=2026-11-22T03:00:01.000000001Z
    TCP_RESET_CAUSE=unread-data-on-close
    TCP_RESET_WHO=local-app
    TCP_RESET_OUTCOME=sent
    TCP_RESET_CONFIDENCE=certain
    TCP_RESET_PEER=192.0.2.2
    TCP_RESET_PEER_PORT=40000
    TCP_RESET_LOCAL=192.0.2.1
    TCP_RESET_LOCAL_PORT=80
    "
  `)
})

test('a RST that changed nothing is no warning, and a connection without an owner has none', () => {
  const entry = fields(journalEntry(verdict({ outcome: 'ignored', owner: null }), start()))
  expect(entry).toMatchObject({ PRIORITY: '6', TCP_RESET_OUTCOME: 'ignored' })
  expect(entry).not.toHaveProperty('OBJECT_PID')
})

test('IPv6 addresses stand alone in their fields', () => {
  const tuple = { ...TUPLE, family: 6, saddr: '2001:db8::2', daddr: '2001:db8::1' } as const
  const entry = fields(journalEntry(verdict({ tuple }), start()))
  expect(entry).toMatchObject({ TCP_RESET_PEER: '2001:db8::2', TCP_RESET_LOCAL: '2001:db8::1' })
})

test.each(['a\nPRIORITY=0', '\u2028x\rPRIORITY=0', '\u001b[2J', '\u0000'])('a task called %j adds no field', (comm) => {
  const owner = { how: 'socket', pid: 1, comm, cgroup: null } as const
  const whole = journalEntry(verdict({ owner, why: `${comm}[1] closed it` }), start())
  expect(whole.split('\n').map((line) => line.split('=')[0])).toEqual(
    journalEntry(verdict({ owner: { ...owner, comm: 'a' } }), start())
      .split('\n')
      .map((line) => line.split('=')[0]),
  )
  expect(whole).toMatch(/^[ -~\n]*$/)
})

test('the catalog explains this entry', () => {
  const catalog = readFileSync(new URL('../../src/format/trace-reset.catalog', import.meta.url), 'utf8')
  expect(catalog).toContain(`\n-- ${MESSAGE_ID}\n`)
  const known = Object.keys(fields(journalEntry(verdict(), start())))
  expect(
    [...catalog.matchAll(/@(\w+)@/g)].map(([, name]) => name ?? '').filter((name) => !known.includes(name)),
  ).toEqual([])
})
