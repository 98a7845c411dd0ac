// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Step } from '../../src/flow/steps.ts'
import { FORMATS, type FormatName } from '../../src/format/format.ts'
import { STEP_FIELDS } from '../../src/format/step.ts'
import { call, RST_ACK, segment, shown, start, TUPLE, verdict } from '../samples.ts'

const START = start({ boot: { s: 1_795_316_400, ns: 1 } })
const NAMES: readonly FormatName[] = ['table', 'json', 'csv']

const formatted = (name: FormatName) => FORMATS[name](shown({ steps: true }))
const text = (name: FormatName, ...steps: Step[]) => {
  const sink = formatted(name)
  return steps.map((step) => sink.step(step, START)).join('')
}

const TAKEN: Step = {
  call: call({
    fn: 'tcp_v4_do_rcv',
    segment: segment({ dev: 'eth0', length: 5 }),
    socket: { sk: 'ffff888103c48000', state: 'ESTABLISHED' },
  }),
  returned: { value: '0', took: 12_345 },
}
const DROPPED: Step = {
  call: call({
    fn: 'kfree_skb',
    segment: segment({ flags: RST_ACK }),
    reason: 'TCP_RFC7323_PAWS',
    location: 'tcp_v4_rcv',
  }),
  returned: null,
}
const OF_SOCKET: Step = {
  call: call({ fn: 'tcp_done', segment: null, socket: { sk: 'ffff888103c48000', state: 'CLOSE' } }),
  returned: { value: '', took: 850 },
}
const OF_LOOKUP: Step = {
  call: call({
    fn: '__inet6_lookup_established',
    segment: null,
    tuple: { ...TUPLE, family: 6, saddr: '2001:db8::2', daddr: '2001:db8::1' },
  }),
  returned: { value: 'NULL', took: 1_500_000 },
}
const EACH = [TAKEN, DROPPED, OF_SOCKET, OF_LOOKUP]

const HOSTILE: Step = {
  call: call({
    fn: '=\u001b[2J",\n;',
    segment: segment({ dev: '=\u009b2J",\r\n' }),
    reason: '@\u202e\u0007',
    location: '+\u001b]0;x\u0007',
  }),
  returned: { value: '=\u001b[31m",\n', took: 1 },
}

test('table', () => {
  expect(text('table', ...EACH)).toMatchInlineSnapshot(`
    "2026-11-22, UTC
    03:00:01.000000 tcp_v4_do_rcv = 0, in 12.3 us, ESTABLISHED sk ffff888103c48000,
                    cpu 0
                    192.0.2.2:40000 > 192.0.2.1:80 PSH ACK seq 1000 ack 2000 win 502
                    len 5 ttl 64 id 7 skb ffff0001 netns 4026531840 dev eth0
    03:00:01.000000 kfree_skb, TCP_RFC7323_PAWS, by tcp_v4_rcv, cpu 0
                    192.0.2.2:40000 > 192.0.2.1:80 RST ACK seq 1000 ack 2000 win 502
                    len 0 ttl 64 id 7 skb ffff0001 netns 4026531840
    03:00:01.000000 tcp_done, in 850 ns, CLOSE sk ffff888103c48000, cpu 0
                    192.0.2.2:40000 > 192.0.2.1:80 netns 4026531840
    03:00:01.000000 __inet6_lookup_established = NULL, in 1.5 ms, cpu 0
                    [2001:db8::2]:40000 > [2001:db8::1]:80 netns 4026531840
    "
  `)
})

test('json', () => {
  expect(text('json', ...EACH)).toMatchInlineSnapshot(`
    "{"schema":1,"time":"2026-11-22T03:00:01.000000001Z","step":"tcp_v4_do_rcv","returned":"0","took_ns":12345,"reason":null,"location":null,"cpu":0,"family":4,"saddr":"192.0.2.2","sport":40000,"daddr":"192.0.2.1","dport":80,"netns":4026531840,"dev":"eth0","flags":"PSH ACK","seq":1000,"ack":2000,"window":502,"payload_bytes":5,"ttl":64,"ip_id":7,"skb":"ffff0001","sk":"ffff888103c48000","state":"ESTABLISHED","host":"web-1","kernel":"6.1.0","tool":"trace-reset 0.1.0"}
    {"schema":1,"time":"2026-11-22T03:00:01.000000001Z","step":"kfree_skb","returned":null,"took_ns":null,"reason":"TCP_RFC7323_PAWS","location":"tcp_v4_rcv","cpu":0,"family":4,"saddr":"192.0.2.2","sport":40000,"daddr":"192.0.2.1","dport":80,"netns":4026531840,"dev":null,"flags":"RST ACK","seq":1000,"ack":2000,"window":502,"payload_bytes":0,"ttl":64,"ip_id":7,"skb":"ffff0001","sk":null,"state":null,"host":"web-1","kernel":"6.1.0","tool":"trace-reset 0.1.0"}
    {"schema":1,"time":"2026-11-22T03:00:01.000000001Z","step":"tcp_done","returned":"","took_ns":850,"reason":null,"location":null,"cpu":0,"family":4,"saddr":"192.0.2.2","sport":40000,"daddr":"192.0.2.1","dport":80,"netns":4026531840,"dev":null,"flags":null,"seq":null,"ack":null,"window":null,"payload_bytes":null,"ttl":null,"ip_id":null,"skb":null,"sk":"ffff888103c48000","state":"CLOSE","host":"web-1","kernel":"6.1.0","tool":"trace-reset 0.1.0"}
    {"schema":1,"time":"2026-11-22T03:00:01.000000001Z","step":"__inet6_lookup_established","returned":"NULL","took_ns":1500000,"reason":null,"location":null,"cpu":0,"family":6,"saddr":"2001:db8::2","sport":40000,"daddr":"2001:db8::1","dport":80,"netns":4026531840,"dev":null,"flags":null,"seq":null,"ack":null,"window":null,"payload_bytes":null,"ttl":null,"ip_id":null,"skb":null,"sk":null,"state":null,"host":"web-1","kernel":"6.1.0","tool":"trace-reset 0.1.0"}
    "
  `)
})

test('csv, below the columns of verdicts and steps', () => {
  const sink = formatted('csv')
  expect([sink.start(START), sink.verdict(verdict(), START)].join('') + text('csv', ...EACH)).toMatchInlineSnapshot(`
    "schema,time,outcome,cause,who,confidence,why,family,saddr,sport,daddr,dport,netns,state,pid,comm,owner,by_pid,by_comm,cgroup,container,container_id,runtime,pod,pod_uid,namespace,dev,nat_saddr,nat_sport,nat_daddr,nat_dport,nat_netns,reset_reason,drop_reason,segment,flags,seq,ack,window,payload_bytes,ttl,ip_id,unread_bytes,ehash_source,ehash_lag_ns,ehash_late,ehash_found,ehash_error,ehash_state,ehash_substate,ehash_cookie,ehash_inode,ehash_uid,ehash_snd_una,ehash_snd_nxt,ehash_rcv_nxt,ehash_retransmits,ehash_bucket,ehash_chain,ehash_backlog,ehash_limit,ehash_reuseport,ehash_rcv_wnd,ehash_reversed,ehash_other_netns,ehash_other_found,ehash_listen_differs,ehash_listen_family,ehash_listen_address,ehash_listen_ifindex,ehash_hidden,ehash_near_skipped,ehash_netns_seen,ehash_netns_cut,host,kernel,tool,because,step,returned,took_ns,reason,location,cpu,skb,sk
    1,2026-11-22T03:00:01.000000001Z,sent,unread-data-on-close,local-app,certain,"nginx[812] closed it in ESTABLISHED, 17 bytes unread",4,192.0.2.2,40000,192.0.2.1,80,4026531840,ESTABLISHED,812,nginx,closer,812,nginx,,,,,,,,,,,,,,,,,,,,,,,,17,module,1500000,false,none,,,,,,,,,,,6001,0,,,,,,,,,,,,,,,,web-1,6.1.0,trace-reset 0.1.0,tcp_send_active_reset ran in close() by nginx[812]; 17 bytes of the peer were unread,,,,,,,,
    1,2026-11-22T03:00:01.000000001Z,,,,,,4,192.0.2.2,40000,192.0.2.1,80,4026531840,ESTABLISHED,,,,,,,,,,,,,eth0,,,,,,,,,PSH ACK,1000,2000,502,5,64,7,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,web-1,6.1.0,trace-reset 0.1.0,,tcp_v4_do_rcv,0,12345,,,0,ffff0001,ffff888103c48000
    1,2026-11-22T03:00:01.000000001Z,,,,,,4,192.0.2.2,40000,192.0.2.1,80,4026531840,,,,,,,,,,,,,,,,,,,,,,,RST ACK,1000,2000,502,0,64,7,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,web-1,6.1.0,trace-reset 0.1.0,,kfree_skb,,,TCP_RFC7323_PAWS,tcp_v4_rcv,0,ffff0001,
    1,2026-11-22T03:00:01.000000001Z,,,,,,4,192.0.2.2,40000,192.0.2.1,80,4026531840,CLOSE,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,web-1,6.1.0,trace-reset 0.1.0,,tcp_done,,850,,,0,,ffff888103c48000
    1,2026-11-22T03:00:01.000000001Z,,,,,,6,2001:db8::2,40000,2001:db8::1,80,4026531840,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,web-1,6.1.0,trace-reset 0.1.0,,__inet6_lookup_established,NULL,1500000,,,0,,
    "
  `)
})

// A reader of RFC 4180, small enough to be right.
const cells = (row: string) => [...`${row},`.matchAll(/("(?:[^"]|"")*"|[^",]*),/g)].map(([, cell]) => cell)

test('csv has the columns of both, each once, and as many cells in each row', () => {
  const sink = formatted('csv')
  const names = sink.start(START).toString().trimEnd().split(',')
  expect(new Set(names).size).toBe(names.length)
  for (const { name } of STEP_FIELDS) expect(names).toContain(name)
  const bare = FORMATS.csv(shown())
  const ofVerdicts = bare.start(START).toString().trimEnd().split(',')
  expect(names.filter((name) => ofVerdicts.includes(name))).toEqual(ofVerdicts)
  const rows = [sink.verdict(verdict(), START), text('csv', ...EACH), text('csv', HOSTILE)]
    .join('')
    .trimEnd()
    .split('\n')
  expect(rows).toHaveLength(6)
  for (const row of rows) expect(cells(row)).toHaveLength(names.length)
})

test('json has the fields in their order, and says null where there is nothing', () => {
  for (const line of text('json', ...EACH, HOSTILE)
    .trimEnd()
    .split('\n')) {
    const fields = Object.keys(z.looseObject({}).parse(JSON.parse(line)))
    expect(fields).toEqual(STEP_FIELDS.map(({ name }) => name))
  }
  expect(JSON.parse(text('json', OF_SOCKET))).toMatchObject({ seq: null, dev: null, reason: null, returned: '' })
  expect(JSON.parse(text('json', DROPPED))).toMatchObject({ returned: null, took_ns: null, sk: null })
})

test.each(NAMES)('hostile names control nothing in %s', (name) => {
  const lines = text(name, HOSTILE).split('\n')
  expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  // In a table alone is there a line above, of the day, and what goes on below is indented.
  const below = lines.slice(name === 'table' ? 2 : 1, -1)
  expect(below.filter((line) => name !== 'table' || !line.startsWith(' '.repeat(16)))).toEqual([])
  expect(lines.at(-1)).toBe('')
})

test('csv lets no spreadsheet run what a kernel or an interface says', () => {
  expect(text('csv', HOSTILE)).not.toMatch(/(^|,)"?[=+@-]/)
})

test('no line of a table is longer than 80, with the widest of everything', () => {
  const widest: Step = {
    call: call({
      at: { s: 86_399, ns: 999_999_999 },
      cpu: 8191,
      fn: 'tcp_timewait_state_process',
      tuple: {
        family: 6,
        saddr: `${'2001:'.repeat(7)}2001`,
        sport: 65535,
        daddr: `${'2002:'.repeat(7)}2002`,
        dport: 65534,
        netns: 4294967295,
      },
      segment: segment({
        skb: 'f'.repeat(16),
        flags: 255,
        seq: 4294967295,
        ack: 4294967295,
        window: 65535,
        length: 65535,
        ttl: 255,
        ip_id: 65535,
        dev: '\u009b'.repeat(15),
      }),
      socket: { sk: 'f'.repeat(16), state: 'NEW_SYN_RECV' },
      reason: 'TCP_ABORT_ON_MEMORY_AND_MORE',
      location: 'a_kernel_function_with_a_very_long_name_indeed_it_is',
    }),
    returned: { value: `0x${'f'.repeat(16)}`, took: 49_999_999 },
  }
  expect(
    text('table', widest, HOSTILE)
      .split('\n')
      .filter((line) => line.length > 80),
  ).toEqual([])
})
