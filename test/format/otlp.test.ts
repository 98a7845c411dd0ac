// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { COLUMNS } from '../../src/format/columns.ts'
import { ATTRIBUTES, otlpRecord, otlpResource } from '../../src/format/otlp.ts'
import { at, segment, start, verdict } from '../samples.ts'

const head = start({ boot: { s: 1_795_316_400, ns: 999_999_999 } })

test('a verdict: exact time, severity, the names of the conventions, nothing that is not known', () => {
  expect(otlpRecord(verdict({ dev: 'eth0', at: at(1000.5), segment: segment() }), head)).toMatchInlineSnapshot(`
    {
      "at": {
        "ns": 499999,
        "s": 1795316402,
      },
      "attributes": {
        "network.connection.state": "established",
        "network.interface.name": "eth0",
        "network.io.direction": "transmit",
        "network.local.address": "192.0.2.1",
        "network.local.port": 80,
        "network.peer.address": "192.0.2.2",
        "network.peer.port": 40000,
        "network.transport": "tcp",
        "network.type": "ipv4",
        "process.pid": 812,
        "tcp.reset.by.comm": "nginx",
        "tcp.reset.by.pid": 812,
        "tcp.reset.cause": "unread-data-on-close",
        "tcp.reset.confidence": "certain",
        "tcp.reset.ehash.bucket": 6001,
        "tcp.reset.ehash.chain": 0,
        "tcp.reset.ehash.found": "none",
        "tcp.reset.ehash.lag_ns": 1500000,
        "tcp.reset.ehash.late": false,
        "tcp.reset.ehash.source": "module",
        "tcp.reset.evidence": [
          "tcp_send_active_reset ran in close() by nginx[812]",
          "17 bytes of the peer were unread",
        ],
        "tcp.reset.netns": 4026531840,
        "tcp.reset.outcome": "sent",
        "tcp.reset.owner": "closer",
        "tcp.reset.schema": 1,
        "tcp.reset.segment.ack": 2000,
        "tcp.reset.segment.flags": "PSH ACK",
        "tcp.reset.segment.ip_id": 7,
        "tcp.reset.segment.kind": "answered",
        "tcp.reset.segment.payload_bytes": 0,
        "tcp.reset.segment.seq": 1000,
        "tcp.reset.segment.ttl": 64,
        "tcp.reset.segment.window": 502,
        "tcp.reset.unread_bytes": 17,
        "tcp.reset.who": "local-app",
        "tcp.reset.why": "nginx[812] closed it in ESTABLISHED, 17 bytes unread",
        "thread.name": "nginx",
      },
      "severity": {
        "number": 13,
        "text": "WARN",
      },
    }
  `)
})

test('the resource', () => {
  expect(otlpResource({ ...head, tool: '9.8.7' })).toMatchInlineSnapshot(`
    {
      "host.name": "web-1",
      "os.type": "linux",
      "os.version": "6.1.0",
      "service.name": "trace-reset",
      "service.version": "9.8.7",
    }
  `)
})

test.each([
  ['ESTABLISHED', 'established'],
  ['SYN_RECV', 'syn_received'],
  ['NEW_SYN_RECV', 'syn_received'],
  ['FIN_WAIT1', 'fin_wait_1'],
  ['FIN_WAIT2', 'fin_wait_2'],
  ['CLOSE', 'closed'],
  ['CLOSE_WAIT', 'close_wait'],
  ['LAST_ACK', 'last_ack'],
  ['NONE', undefined],
  [null, undefined],
])('state %s is %s', (state, named) => {
  expect(otlpRecord(verdict({ state }), head).attributes['network.connection.state']).toBe(named)
})

test.each([
  [{ cause: 'forged', outcome: 'received' }, 17],
  [{ cause: 'time-wait', outcome: 'sent' }, 9],
  [{ cause: 'ignored-challenge-ack', outcome: 'ignored' }, 9],
  [{ cause: 'peer-aborted', outcome: 'received' }, 13],
] as const)('severity of %j: %i', (over, number) => {
  expect(otlpRecord(verdict(over), head).severity.number).toBe(number)
})

test.each([
  ['a container alone', {}, { 'container.name': 'web', 'k8s.container.name': undefined }],
  [
    'one of a pod',
    { pod: 'web-0', namespace: 'shop' },
    { 'container.name': undefined, 'k8s.container.name': 'web', 'k8s.pod.name': 'web-0', 'k8s.namespace.name': 'shop' },
  ],
])('the name of %s', (_, names, expected) => {
  const owner = { how: 'closer', pid: 8, comm: 'nginx', cgroup: null, container: 'web', ...names } as const
  const { attributes } = otlpRecord(verdict({ owner }), head)
  for (const [name, value] of Object.entries(expected)) expect([name, attributes[name]]).toEqual([name, value])
})

/** Fields that are in the resource or in the record itself, or below `tcp.reset.ehash`. */
const ELSEWHERE = ['time', 'ehash', 'host', 'kernel', 'tool']

test('no field of --format json is forgotten, and README.md has the name of each', () => {
  const mapped = new Set(ATTRIBUTES.flatMap(({ field }) => field ?? []))
  expect(COLUMNS.map(({ name }) => name).filter((name) => !mapped.has(name))).toEqual(ELSEWHERE)
  const readme = readFileSync(new URL('../../src/otlp/README.md', import.meta.url), 'utf8')
  const told = [...readme.matchAll(/^\| `([a-z0-9_.]+)` +\| (?:`([a-z_]+)`|-) +\|/gm)].map(([, name, field]) => [
    name,
    field,
  ])
  expect(told).toEqual(ATTRIBUTES.map(({ name, field }) => [name, field]))
})
