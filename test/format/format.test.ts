// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { z } from 'zod'
import { COLUMNS } from '../../src/format/columns.ts'
import { FORMATS, type FormatName } from '../../src/format/format.ts'
import type { Shown } from '../../src/format/sink.ts'
import { CAUSES } from '../../src/verdict/causes.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'
import type { Kind } from '../../src/observation.ts'
import { at, lookup, nat, RST_ACK, segment, shown, start, TUPLE, verdict } from '../samples.ts'

const START = start({ boot: { s: 1_795_316_400, ns: 1 } })
const NAMES: readonly FormatName[] = ['table', 'json', 'csv']

const text = (name: FormatName, verdicts: readonly Verdict[], over: Partial<Shown> = {}) => {
  const sink = FORMATS[name](shown(over))
  return [sink.start(START), ...verdicts.map((one) => sink.verdict(one, START)), sink.end(START)].join('')
}

const REFUSED = verdict({
  at: at(2500.000001),
  outcome: 'received',
  cause: 'connection-refused',
  who: 'peer-kernel',
  confidence: 'likely',
  state: 'SYN_SENT',
  owner: null,
  after: null,
  because: [],
})
const BOTH = [verdict(), REFUSED]

/** Translated twice: the outer translation is the one that is told. */
const TRANSLATED = verdict({ why: 'no comma', nat: [{ ...TUPLE, dport: 8080, netns: 5 }, nat().tuple] })

const HOSTILE = verdict({
  owner: { how: 'closer', pid: 1, comm: '=\u001b\u009b2J",\n;', cgroup: '/=\u001b[2J,"\n\u202e\u{e0001}' },
  dev: '\u001b[2J,"=',
  because: ['closed by =\u001b\u009b2J",\n;[1]'],
})

test('the formats are these', () => {
  expect(Object.keys(FORMATS)).toEqual(NAMES)
})

test('json', () => {
  expect(text('json', BOTH)).toMatchInlineSnapshot(`
    "{"schema":1,"time":"2026-11-22T03:00:01.000000001Z","outcome":"sent","cause":"unread-data-on-close","who":"local-app","confidence":"certain","why":"nginx[812] closed it in ESTABLISHED, 17 bytes unread","family":4,"saddr":"192.0.2.2","sport":40000,"daddr":"192.0.2.1","dport":80,"netns":4026531840,"state":"ESTABLISHED","pid":812,"comm":"nginx","owner":"closer","by_pid":812,"by_comm":"nginx","cgroup":null,"container":null,"container_id":null,"runtime":null,"pod":null,"pod_uid":null,"namespace":null,"dev":null,"reset_reason":null,"drop_reason":null,"segment":null,"flags":null,"seq":null,"ack":null,"window":null,"payload_bytes":null,"ttl":null,"ip_id":null,"unread_bytes":17,"ehash":{"source":"module","lag_ns":1500000,"late":false,"found":"none","bucket":6001,"chain":0},"host":"web-1","kernel":"6.1.0","tool":"trace-reset 0.1.0","because":["tcp_send_active_reset ran in close() by nginx[812]","17 bytes of the peer were unread"]}
    {"schema":1,"time":"2026-11-22T03:00:02.500000002Z","outcome":"received","cause":"connection-refused","who":"peer-kernel","confidence":"likely","why":"nginx[812] closed it in ESTABLISHED, 17 bytes unread","family":4,"saddr":"192.0.2.2","sport":40000,"daddr":"192.0.2.1","dport":80,"netns":4026531840,"state":"SYN_SENT","pid":null,"comm":null,"owner":"none","by_pid":null,"by_comm":null,"cgroup":null,"container":null,"container_id":null,"runtime":null,"pod":null,"pod_uid":null,"namespace":null,"dev":null,"reset_reason":null,"drop_reason":null,"segment":null,"flags":null,"seq":null,"ack":null,"window":null,"payload_bytes":null,"ttl":null,"ip_id":null,"unread_bytes":17,"ehash":{"source":"off","lag_ns":null,"late":null,"found":null},"host":"web-1","kernel":"6.1.0","tool":"trace-reset 0.1.0","because":[]}
    "
  `)
})

test('csv', () => {
  expect(text('csv', BOTH)).toMatchInlineSnapshot(`
    "schema,time,outcome,cause,who,confidence,why,family,saddr,sport,daddr,dport,netns,state,pid,comm,owner,by_pid,by_comm,cgroup,container,container_id,runtime,pod,pod_uid,namespace,dev,nat_saddr,nat_sport,nat_daddr,nat_dport,nat_netns,reset_reason,drop_reason,segment,flags,seq,ack,window,payload_bytes,ttl,ip_id,unread_bytes,ehash_source,ehash_lag_ns,ehash_late,ehash_found,ehash_error,ehash_state,ehash_substate,ehash_cookie,ehash_inode,ehash_uid,ehash_snd_una,ehash_snd_nxt,ehash_rcv_nxt,ehash_retransmits,ehash_bucket,ehash_chain,ehash_backlog,ehash_limit,ehash_reuseport,ehash_rcv_wnd,ehash_reversed,ehash_other_netns,ehash_other_found,ehash_listen_differs,ehash_listen_family,ehash_listen_address,ehash_listen_ifindex,ehash_hidden,ehash_near_skipped,ehash_netns_seen,ehash_netns_cut,host,kernel,tool,because
    1,2026-11-22T03:00:01.000000001Z,sent,unread-data-on-close,local-app,certain,"nginx[812] closed it in ESTABLISHED, 17 bytes unread",4,192.0.2.2,40000,192.0.2.1,80,4026531840,ESTABLISHED,812,nginx,closer,812,nginx,,,,,,,,,,,,,,,,,,,,,,,,17,module,1500000,false,none,,,,,,,,,,,6001,0,,,,,,,,,,,,,,,,web-1,6.1.0,trace-reset 0.1.0,tcp_send_active_reset ran in close() by nginx[812]; 17 bytes of the peer were unread
    1,2026-11-22T03:00:02.500000002Z,received,connection-refused,peer-kernel,likely,"nginx[812] closed it in ESTABLISHED, 17 bytes unread",4,192.0.2.2,40000,192.0.2.1,80,4026531840,SYN_SENT,,,none,,,,,,,,,,,,,,,,,,,,,,,,,,17,off,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,web-1,6.1.0,trace-reset 0.1.0,
    "
  `)
})

const named = (line: string) => Object.keys(z.looseObject({}).parse(JSON.parse(line))).join(' ')

test('json has these fields, in this order', () => {
  const fields =
    'schema time outcome cause who confidence why family saddr sport daddr dport netns state pid comm owner by_pid by_comm cgroup container container_id runtime pod pod_uid namespace dev nat reset_reason drop_reason segment flags seq ack window payload_bytes ttl ip_id unread_bytes ehash host kernel tool because'
  for (const line of text('json', [...BOTH, HOSTILE])
    .trimEnd()
    .split('\n')) {
    expect(named(line)).toBe(fields.replace(' nat', ''))
  }
  expect(named(text('json', [TRANSLATED]))).toBe(fields)
  expect(COLUMNS.map(({ name }) => name).join(' ')).toBe(fields)
})

const NOTHING = { lag_ns: null, late: null, found: null }
const NEAR = { other_netns: 4026532001, other_found: 'listener', reversed: 'established' } as const

test.each<[string, Partial<Verdict>, Kind<'start'>['ehash'], object]>([
  ['nobody looks', { after: null }, 'off', { source: 'off', ...NOTHING }],
  ['this reset was not asked for', { after: null }, 'ss', { source: 'not-asked', ...NOTHING }],
  [
    'found nothing',
    { after: lookup({ found: 'none', chain: 0 }) },
    'module',
    { source: 'module', lag_ns: 1_500_000, late: false, found: 'none', chain: 0 },
  ],
  [
    'failed',
    { after: lookup({ found: null, error: 'EIO' }, { source: 'ss' }) },
    'ss',
    { source: 'ss', lag_ns: 1_500_000, late: false, found: null, error: 'EIO' },
  ],
  [
    'was made after the reset',
    { after: null, late: lookup({ found: 'established', rcv_wnd: 7 }) },
    'module',
    { source: 'module', lag_ns: 1_500_000, late: true, found: 'established', rcv_wnd: 7 },
  ],
  [
    'came near',
    { after: lookup({ found: 'none', ...NEAR }) },
    'module',
    { source: 'module', lag_ns: 1_500_000, late: false, found: 'none', ...NEAR },
  ],
])('the TCP hash: %s', (_, over, source, ehash) => {
  const head = start({ ehash: source })
  const [json, csv] = [FORMATS.json(shown()), FORMATS.csv(shown())]
  const fields = z
    .looseObject({ ehash: z.looseObject({}) })
    .parse(JSON.parse(json.verdict(verdict(over), head).toString()))
  expect(fields.ehash).toEqual(ehash)
  const [names, values] = [csv.start(head), csv.verdict(verdict(over), head)].map((row) =>
    cells(row.toString().trimEnd()),
  )
  const flat = Object.entries(ehash).map(([name, value]) => [`ehash_${name}`, value === null ? '' : String(value)])
  expect(Object.fromEntries((names ?? []).map((name, index) => [name, values?.[index]]))).toMatchObject(
    Object.fromEntries(flat),
  )
})

test("the kernel's own reasons are fields", () => {
  const reasons = verdict({ resetReason: 'NO_SOCKET', dropReason: 'TCP_OLD_SEQUENCE' })
  expect(JSON.parse(text('json', [reasons]))).toMatchObject({
    reset_reason: 'NO_SOCKET',
    drop_reason: 'TCP_OLD_SEQUENCE',
  })
})

// A reader of RFC 4180, small enough to be right.
const cells = (row: string) => [...`${row},`.matchAll(/("(?:[^"]|"")*"|[^",]*),/g)].map(([, cell]) => cell)

test('csv has as many cells in each row as in its header', () => {
  const afters = [null, lookup({ found: null, error: 'a, "b"' }), lookup({ found: 'listener', backlog: 1, limit: 2 })]
  const rows = text('csv', [...BOTH, HOSTILE, ...afters.map((after) => verdict({ after }))])
    .trimEnd()
    .split('\n')
  expect(rows).toHaveLength(7)
  for (const row of rows) expect(cells(row)).toHaveLength(cells(rows[0] ?? '').length)
})

test.each(['=cmd()', '+1', '-1', '@x', '\t=1'])('csv lets no spreadsheet run %j', (comm) => {
  const row =
    text('csv', [verdict({ owner: { how: 'socket', pid: 1, comm, cgroup: comm }, dev: comm })]).split('\n')[1] ?? ''
  expect(row).not.toMatch(/(^|,)"?[=+@-]/)
})

test.each(NAMES)('a hostile name of a task controls nothing in %s', (name) => {
  const lines = text(name, [HOSTILE], { detail: 'verbose' }).split('\n')
  expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
})

test.each(['json', 'csv'] as const)('and breaks no line in %s', (name) => {
  const tame = text(name, [verdict({ because: ['closed by nginx[1]'] })])
  expect(text(name, [HOSTILE]).split('\n').length).toBe(tame.split('\n').length)
})

const STACK = ['tcp_send_active_reset', '__tcp_close', '=\u001b[2J']

test.each<[FormatName, RegExp]>([
  ['table', /\n {11}tcp_send_active_reset\n {11}__tcp_close\n {11}=\\x1b\[2J\n$/],
  ['json', /,"stack":\["tcp_send_active_reset","__tcp_close","=\\u001b\[2J"\]\}\n$/],
  ['csv', /,tcp_send_active_reset; __tcp_close; =\\x1b\[2J\n$/],
])('the stack is shown when asked, and only then: %s', (name, shown) => {
  const deep = [verdict({ stack: STACK })]
  expect(text(name, deep, { stack: true })).toMatch(shown)
  expect(text(name, deep)).toBe(text(name, [verdict()]))
})

test('json and csv explain each verdict', () => {
  const { means, usually, next } = CAUSES['connection-refused']
  const [, second = ''] = text('json', BOTH, { explain: true }).split('\n')
  expect(JSON.parse(second)).toMatchObject({ means, usually, next })
  expect(text('csv', BOTH, { explain: true }).split('\n')[0]).toMatch(/,because,means,usually,next$/)
  expect(text('csv', BOTH)).not.toContain(usually)
})

test('the owner says its cgroup and the packets their interface, where known', () => {
  const known = verdict({ owner: { how: 'socket', pid: 1, comm: 'a', cgroup: '/web.slice' }, dev: 'eth0' })
  expect(JSON.parse(text('json', [known]))).toMatchObject({ cgroup: '/web.slice', dev: 'eth0' })
  expect(JSON.parse(text('json', [verdict()]))).toMatchObject({ cgroup: null, dev: null })
})

const IN_POD = {
  cgroup: `/kubepods/pod87f05a8e-5b54-4a54-a6b5-9f5b7d1f4b64/${'4c01db0b339c8a4d'.repeat(4)}`,
  container: 'web',
  pod: 'web-0',
  namespace: 'shop',
  runtime: 'containerd',
} as const
const POD_FIELDS = {
  container: 'web',
  container_id: '4c01db0b339c8a4d'.repeat(4),
  runtime: 'containerd',
  pod: 'web-0',
  pod_uid: '87f05a8e-5b54-4a54-a6b5-9f5b7d1f4b64',
  namespace: 'shop',
}

test.each([
  ['with names', IN_POD, POD_FIELDS],
  [
    'without',
    { cgroup: IN_POD.cgroup },
    { ...POD_FIELDS, container: '4c01db0b339c', runtime: null, pod: POD_FIELDS.pod_uid, namespace: null },
  ],
  ['which is none', { cgroup: '/web.slice' }, { container: null, container_id: null, pod: null, pod_uid: null }],
])('the owner’s container and pod, %s', (_, place, fields) => {
  const line = text('json', [verdict({ owner: { how: 'socket', pid: 1, comm: 'a', ...place } })])
  expect(JSON.parse(line)).toMatchObject(fields)
})

const OWNER = { pid: 812, comm: 'nginx', cgroup: null } as const

test.each<[string, Partial<Verdict>, object]>([
  ['its closer', { owner: { how: 'closer', ...OWNER } }, { by_pid: 812, by_comm: 'nginx' }],
  ['nobody, the owner being known', { owner: { how: 'socket', ...OWNER } }, { pid: 812, by_pid: null, by_comm: null }],
  [
    'another than its owner',
    { owner: { how: 'socket', ...OWNER }, by: { pid: 342, comm: 'ss' } },
    { pid: 812, by_pid: 342, by_comm: 'ss' },
  ],
])('who acted: %s', (_, over, fields) => {
  expect(JSON.parse(text('json', [verdict(over)]))).toMatchObject(fields)
})

test.each<[string, Partial<Verdict>, object]>([
  [
    'that came in',
    { segment: segment({ flags: RST_ACK, ttl: 254 }) },
    { segment: 'rst', flags: 'RST ACK', seq: 1000, ack: 2000, window: 502, payload_bytes: 0, ttl: 254, ip_id: 7 },
  ],
  [
    'that is an answer',
    { segment: segment({ length: 5 }) },
    { segment: 'answered', flags: 'PSH ACK', seq: 1000, payload_bytes: 5, ttl: 64 },
  ],
  ['that was not seen', { segment: null, unread: null }, { segment: null, flags: null, seq: null, unread_bytes: null }],
  ['that lost data', { unread: 0 }, { unread_bytes: 0 }],
])('the numbers of a RST %s', (_, over, numbers) => {
  expect(JSON.parse(text('json', [verdict(over)]))).toMatchObject(numbers)
})

test('a line says its schema, and which host, kernel and tool it is of; an old recording knows no host', () => {
  expect(JSON.parse(text('json', [verdict()]))).toMatchObject({
    schema: 1,
    host: 'web-1',
    kernel: '6.1.0',
    tool: 'trace-reset 0.1.0',
  })
  const { host: _host, ...nameless } = START
  const sink = FORMATS.json(shown())
  expect(JSON.parse(sink.verdict(verdict(), nameless).toString())).toMatchObject({ host: null })
})

test('what json escapes is read back as it was', () => {
  const cgroup = '/\u001b\u009b\u00ad\u202e\u2028\u{e0001}é'
  const line = text('json', [verdict({ owner: { how: 'socket', pid: 1, comm: 'a', cgroup } })])
  expect(line).toContain('"/\\u001b\\u009b\\u00ad\\u202e\\u2028\\udb40\\udc01é"')
  expect(JSON.parse(line)).toMatchObject({ cgroup })
})

test('the other tuple of a connection that NAT has changed is told in every format', () => {
  const words = 'NAT: 192.0.2.2:40000 > 192.0.2.254:32193 in netns 4026532500'
  for (const width of [80, 200]) expect(text('table', [TRANSLATED], { width })).toContain(words)
  expect(text('table', BOTH)).not.toContain('NAT')
  const line = z.looseObject({ nat: z.unknown() }).parse(JSON.parse(text('json', [TRANSLATED])))
  expect(line.nat).toEqual({ saddr: '192.0.2.2', sport: 40000, daddr: '192.0.2.254', dport: 32193, netns: 4026532500 })
  const [names = '', values = ''] = text('csv', [TRANSLATED]).split(/\r?\n/)
  const cell = (name: string) => values.split(',')[names.split(',').indexOf(name)]
  expect(['saddr', 'sport', 'daddr', 'dport', 'netns'].map((name) => cell(`nat_${name}`))).toEqual([
    '192.0.2.2',
    '40000',
    '192.0.2.254',
    '32193',
    '4026532500',
  ])
})
