// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readEvidence } from './evidence.ts'

const linesOf = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../../fixtures/${path}`, import.meta.url)), 'utf8')
    .split('\n')
    .filter((line) => line !== '')

test.each([
  ['6.12/accept-queue-overflow', ['tcp_v4_send_reset', 'tcp_check_req']],
  ['6.1/unread-data-on-close', ['tcp_send_active_reset', '__tcp_close']],
  ['6.12/no-listener', ['tcp_v4_send_reset']],
  ['6.12/firewall-reject', ['nf_send_reset']],
  ['6.12/time-wait-assassinated', ['tcp_timewait_state_process']],
  ['6.12/ignored-out-of-window', ['tcp_validate_incoming']],
  ['5.10/ignored-out-of-window', []],
])('%s rests on %j', (name, functions) => {
  const [verdict = ''] = linesOf(`${name}/live.json`)
  expect(readEvidence(linesOf(`${name}/recording.jsonl`))(JSON.parse(verdict))).toEqual(functions)
})
