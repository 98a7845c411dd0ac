// SPDX-License-Identifier: MIT
import { fileURLToPath } from 'node:url'
import { lastValueFrom, tap } from 'rxjs'
import { expect, test } from 'vitest'
import { runBpftrace } from '../../src/live/bpftrace.ts'

test('one that does not end is killed, and it is said', async () => {
  const path = fileURLToPath(new URL('../bin/deaf', import.meta.url))
  const stop = new AbortController()
  const exit = await lastValueFrom(
    runBpftrace({ path, limits: {}, program: '' }, stop.signal, 200).pipe(
      tap(({ kind }) => kind === 'ready' && stop.abort()),
    ),
  )
  expect(exit).toEqual({ kind: 'exit', code: undefined, words: 'it did not end within 0.2 s; killed by SIGKILL' })
})
