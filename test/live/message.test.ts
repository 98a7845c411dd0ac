// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest'
import { readMessage } from '../../src/live/message.ts'

test.each([
  ['0.17', '{"type": "printf", "data": "tick at=1\\n"}', { kind: 'line', text: 'tick at=1\n' }],
  ['0.27', '{"type":"printf","data":"tick at=1\\n"}', { kind: 'line', text: 'tick at=1\n' }],
  ['0.17', '{"type": "attached_probes", "data": {"probes": 8}}', undefined],
  ['0.27', '{"type":"attached_probes","count":8,"data":{"probes":8}}', undefined],
  ['0.17', '{"type": "lost_events", "data": {"events": 1239}}', { kind: 'lost', count: 1239 }],
  ['0.27', '{"type":"lost_events","count":1239,"data":{"events":1239}}', { kind: 'lost', count: 1239 }],
  ['any', '{"type":"lost_events","data":{}}', { kind: 'lost', count: 1 }],
  ['0.17', '{"type": "map", "data": {"@ttl": {"1,2,3,4": 64}}}', undefined],
  ['0.17', '{"type": "helper_error", "helper": "map_delete_elem", "retcode": -2, "line": 1, "col": 61}', undefined],
  [
    '0.27',
    '{"type":"helper_error","msg":"no","helper":"x","retcode":-2,"filename":"stdin","line":1,"col":61}',
    undefined,
  ],
  ['any', '{"type":"printf","data":7}', undefined],
  ['any', '{"data":"tick at=1"}', undefined],
  ['any', 'null', undefined],
  ['any', '[]', undefined],
])('%s: %s', (_, line, message) => {
  expect(readMessage(line)).toEqual(message)
})

test.each<[string, [number, number][] | undefined]>([
  [
    '{"@sent": {"0,4026531840": 2, "0,4026532195": 23, "1,4026531840": 5}}',
    [
      [4026531840, 7],
      [4026532195, 23],
    ],
  ],
  ['{"@sent": {}}', []],
  ['{"@flows": 3}', undefined],
  ['{"@sent": 3}', undefined],
  ['{"@sent": null}', undefined],
  ['{"@sentinel": {"1": 2}}', undefined],
  ['{"@sent": {"0,1": 2, "0,eth0": 3, "0,4": "many", "0,5": 1.5, "0,6": null, "7,8,9": 9, "3": 1}}', [[1, 2]]],
  ['{"@sent": {"0,1": -2}}', []],
  ['{"@sent": {"0,-1": 2}}', []],
  ['{"@sent": {"": 2}}', []],
  ['{"@sent": {"0,1": 1e300}}', []],
  ['{"@sent": [2, 3]}', undefined],
  ['[]', undefined],
  ['null', undefined],
])('the resets that were counted: %s', (data, counts) => {
  const expected = counts === undefined ? undefined : { kind: 'sent', byNetns: new Map(counts) }
  expect(readMessage(`{"type": "map", "data": ${data}}`)).toEqual(expected)
})

test.each<[string, [string, number][] | undefined]>([
  [
    '{"@n": {"0": 5, "1": 9}}',
    [
      ['0', 5],
      ['1', 9],
    ],
  ],
  ['{"@n": {}}', []],
  ['{"@n": {"0": "many", "eth0": 1, "-1": 2, "2": 0, "3": 1.5}}', [['2', 0]]],
  ['{"@n": 3}', undefined],
  ['{"@packets": {"0": 5}}', undefined],
])('the lines that were counted: %s', (data, counts) => {
  const expected = counts === undefined ? undefined : { kind: 'counts', byCpu: new Map(counts) }
  expect(readMessage(`{"type": "map", "data": ${data}}`)).toEqual(expected)
})

test.each(['', 'Attaching 8 probes...', '{"type":"printf","data":"tick', '{"type":"printf"} x'])(
  'no JSON: %j',
  (line) => {
    expect(() => readMessage(line)).toThrow(SyntaxError)
  },
)

test.each([
  ['a byte above 0x7f', '\\uffffffe9', '\u00e9'],
  ['two of them', '\\uffffffc3\\uffffffa9', '\u00c3\u00a9'],
  ['an escape of a terminal', '\\u001b[31m', '\u001b[31m'],
  ['the end of a line', 'a comm=b\\nreset fn=', 'a comm=b\nreset fn='],
  ['a quote', '\\"}', '"}'],
  ['a backslash before such a byte', '\\\\\\uffffffe9', '\\\u00e9'],
  ['the very text of such a byte', '\\\\uffffffe9', '\\uffffffe9'],
])('the name of a task may hold %s', (_, written, comm) => {
  expect(readMessage(`{"type":"printf","data":"comm=${written}"}`)).toEqual({ kind: 'line', text: `comm=${comm}` })
})
