// SPDX-License-Identifier: MIT
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { serve } from '../../src/commands/trace/serve.ts'

const TEXT = 'metric 1\n'.repeat(100_000)
const listen = { address: '127.0.0.1', port: 0 }

/** A server that is asked by `ask`, and what it was asked to make. */
const served = async (ask: (url: string) => Promise<void>, healthy = true) => {
  const warned: string[] = []
  let made = 0
  const metrics = () => Promise.resolve({ type: 'text/plain; version=0.0.4', text: TEXT, n: ++made })
  const { url, close } = await serve(listen, { metrics, healthy: () => healthy }, (words) => warned.push(words))
  await ask(url)
  await close()
  return { warned, made, url }
}

test.each([
  ['/metrics', 'GET', 200, TEXT],
  ['/metrics?name=a', 'HEAD', 200, ''],
  ['/healthz', 'GET', 200, 'tracing\n'],
  ['/', 'GET', 404, '/metrics or /healthz\n'],
  ['//', 'GET', 404, '/metrics or /healthz\n'],
  ['/metrics', 'POST', 405, 'GET or HEAD\n'],
])('%s by %s', async (path, method, status, text) => {
  await served(async (url) => {
    const answer = await fetch(url + path, { method })
    expect({ status: answer.status, text: await answer.text() }).toEqual({ status, text })
  })
})

test('a trace that has not begun is not healthy', async () => {
  await served(async (url) => expect((await fetch(`${url}/healthz`)).status).toBe(503), false)
})

test('nobody is there after the end', async () => {
  const { url } = await served(() => Promise.resolve())
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})

test('clients that never read, or never ask: one answer waits for each, others are answered, the end waits for none', async () => {
  const request = 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'
  const { made, warned } = await served(async (url) => {
    for (const text of ['', ...Array<string>(3).fill(request.repeat(500))]) {
      const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined)
      await new Promise((sent) => socket.write(text, sent))
    }
    expect(await (await fetch(`${url}/metrics`)).text()).toBe(TEXT)
  })
  expect({ made, warned }).toEqual({ made: 4, warned: [] })
})

test.each([
  [{ address: '192.0.2.1', port: 9435 }, '192.0.2.1:9435: this host has no such address'],
  [{ address: '2001:db8::1', port: 9435 }, '[2001:db8::1]:9435: this host has no such address'],
])('an address of another host: %j', async (elsewhere, words) => {
  const attempt = serve(
    elsewhere,
    { metrics: () => Promise.reject(new Error('not asked')), healthy: () => false },
    () => undefined,
  )
  await expect(attempt).rejects.toMatchObject({ exitCode: 3, message: `--metrics: cannot listen on ${words}` })
})
