// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { parsePrint, printText } from '../../src/program/print.ts'

test('a tick has a moment alone, and neither is numbered nor keeps the clock going', () => {
  expect(printText('print tick')).toBe('printf("tick at=%llu\\n",\n  nsecs);')
})

test('a line is numbered on its CPU, and begins with what every line of its kind has', () => {
  expect(printText('print reply fn=ip_send_unicast_reply: skb')).toBe(
    [
      '@pending = 15;',
      String.raw`printf("reply fn=ip_send_unicast_reply at=%llu cpu=%d n=%lld skb=%lx\n",`,
      '  nsecs, cpu, @n[cpu] + 1, $skbaddr);',
      '@n[cpu]++;',
    ].join('\n'),
  )
})

test.each([
  [
    'the name of the step, where none is given',
    'print return: value',
    ' fn=/*{fn}*/ at',
    'nsecs, cpu, @n[cpu] + 1, retval',
  ],
  ['a number in the name', 'print reply fn=tcp_v<$family>_x: skb', ' fn=tcp_v%llu_x at', '$family, nsecs, cpu'],
  ['an expression for that of the table', 'print return fn=x: value=$y', ' value=%lx', '@n[cpu] + 1, $y)'],
  ['a number, in the format itself', 'print return fn=x: who=0', ' who=0\\n', '@n[cpu] + 1)'],
  ['all rows of a group', 'print return fn=x: times', ' sent_ago=%lld clock=%lx heard=%lx\\n', 'rcv_tstamp)'],
  [
    'small numbers in one word',
    'print return fn=x: sk state=6 mini ttl retransmits=$a+1 dev',
    ' mini_rcv_nxt+mini_rcv_wnd=%lx ttl+retransmits=%lx dev=%s\\n',
    '(((uint64)$ttl & 0xff) << 8) | ((uint64)($a+1) & 0xff), $skb->dev->name)',
  ],
  ['fields over several lines', 'print return fn=x: who\n   value', ' who=%lx value=%lx\\n', '$who, retval)'],
])('prints %s', (_, asked, format, values) => {
  const text = printText(asked)
  expect(text).toContain(format)
  expect(text).toContain(values)
})

test('what a line begins with may be told by the probe, in its place', () => {
  const text = printText('print reply fn=x: at=@then skb')
  expect(text).toContain('reply fn=x at=%llu cpu=%d n=%lld skb=%lx')
  expect(text).toMatch(/@then, cpu, @n\[cpu\][^,]*, \$skbaddr/)
})

test('a line of a connection has its ends', () => {
  const { kind, fn, fields } = parsePrint('print owner fn=accept: sk comm')
  expect({ kind, fn }).toEqual({ kind: 'owner', fn: 'accept' })
  const names = ['fn', 'at', 'cpu', 'n', 'netns', 'family', 's0', 's1', 'sport', 'd0', 'd1', 'dport', 'sk', 'comm']
  expect(fields.map(({ name }) => name)).toEqual(names)
})

test.each([
  ['print nothing fn=x: sk', 'no line is of that kind'],
  ['print', 'no line is of that kind'],
  ['print reset fn=x: sk err', 'the table has no field err'],
  ['print reset fn=x: sk,state', 'the table has no field sk,state'],
])('fails on %j', (asked, message) => {
  expect(() => parsePrint(asked)).toThrow(message)
})
