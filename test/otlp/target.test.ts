// SPDX-License-Identifier: MIT
import { afterEach, expect, test, vi } from 'vitest'
import { loadPackages } from '../../src/otlp/packages.ts'
import { targetOf } from '../../src/otlp/target.ts'

afterEach(() => vi.unstubAllEnvs())

const target = async (given: string, env: Record<string, string> = {}) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(`OTEL_EXPORTER_OTLP_${name}`, value)
  return targetOf(given, await loadPackages())
}

test.each([
  ['http://192.0.2.1:4318', {}, 'http://192.0.2.1:4318/v1/logs'],
  ['http://[2001:db8::1]:4318/', {}, 'http://[2001:db8::1]:4318/v1/logs'],
  ['https://logs.example/insert/opentelemetry/v1/logs', {}, 'https://logs.example/insert/opentelemetry/v1/logs'],
  ['https://logs.example/otlp?x=1', { ENDPOINT: 'http://192.0.2.9' }, 'https://logs.example/otlp?x=1'],
  ['', {}, 'http://localhost:4318/v1/logs'],
  ['', { ENDPOINT: 'http://192.0.2.9:4318/base/' }, 'http://192.0.2.9:4318/base/v1/logs'],
  ['', { ENDPOINT: 'http://192.0.2.9', LOGS_ENDPOINT: 'http://192.0.2.8/' }, 'http://192.0.2.8/'],
])('%j with %j is %s', async (given, env, url) => {
  expect((await target(given, env)).url).toBe(url)
})

test('headers, time and compression by OpenTelemetry’s variables, those of logs first', async () => {
  const env = { HEADERS: 'a=1,b=2', LOGS_HEADERS: 'b=%203', TIMEOUT: '1500', LOGS_COMPRESSION: 'gzip' }
  expect(await target('http://192.0.2.1', env)).toMatchObject({
    headers: { a: '1', b: ' 3' },
    timeoutMs: 1500,
    gzip: true,
  })
})

test.each([
  ['resets.jsonl', '--otlp: "resets.jsonl" is no URL of http or https'],
  ['ftp://192.0.2.1', '--otlp: "ftp://192.0.2.1" is no URL of http or https'],
  ['http://me:secret@192.0.2.1', '--otlp: the URL has a name and a password in it'],
])('%s is refused', async (given, message) => {
  await expect(target(given)).rejects.toMatchObject({ exitCode: 2, message })
})

test('an endpoint that is none is told by its variable', async () => {
  await expect(target('', { LOGS_ENDPOINT: 'collector:4318' })).rejects.toMatchObject({
    message: 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "collector:4318" is no URL of http or https',
  })
})
