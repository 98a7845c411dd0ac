// SPDX-License-Identifier: MIT
import { usageError } from '../errors.ts'
import type { Packages } from './packages.ts'

/** Where records are sent, and how. */
export type Target = {
  url: string
  headers: Record<string, string>
  /** Milliseconds for one request. */
  timeoutMs: number
  gzip: boolean
}

const PATH = 'v1/logs'
const DEFAULT_ENDPOINT = `http://localhost:4318`
const DEFAULT_TIMEOUT_MS = 10_000

/**
 * Where `--otlp` sends to: a URL without a path gets `/v1/logs`, and '' asks OpenTelemetry's own variables
 * (OTEL_EXPORTER_OTLP_ENDPOINT and so on, each with LOGS_ first). Throws a usage error for what is no such URL.
 */
export const targetOf = (given: string, { core }: Pick<Packages, 'core'>): Target => {
  const variable = (name: string) =>
    core.getStringFromEnv(`OTEL_EXPORTER_OTLP_LOGS_${name}`) ?? core.getStringFromEnv(`OTEL_EXPORTER_OTLP_${name}`)
  const headers = (name: string) => core.parseKeyPairsIntoRecord(core.getStringFromEnv(name))
  const timeout = Number(variable('TIMEOUT'))
  return {
    url: given === '' ? endpoint(core) : urlOf('--otlp', given, ({ pathname }) => pathname === '/'),
    headers: { ...headers('OTEL_EXPORTER_OTLP_HEADERS'), ...headers('OTEL_EXPORTER_OTLP_LOGS_HEADERS') },
    timeoutMs: timeout >= 1 && timeout <= 600_000 ? timeout : DEFAULT_TIMEOUT_MS,
    gzip: variable('COMPRESSION') === 'gzip',
  }
}

// By the specification the endpoint of all signals is a root, and that of logs is taken as it stands.
const endpoint = ({ getStringFromEnv }: Packages['core']) => {
  const ofLogs = 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT'
  const logs = getStringFromEnv(ofLogs)
  if (logs !== undefined) return urlOf(ofLogs, logs, () => false)
  const ofAll = 'OTEL_EXPORTER_OTLP_ENDPOINT'
  return urlOf(ofAll, getStringFromEnv(ofAll) ?? DEFAULT_ENDPOINT, () => true)
}

const urlOf = (from: string, text: string, isRoot: (url: URL) => boolean): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw usageError(
      `${from}: ${JSON.stringify(text)} is no URL of http or https`,
      'give one, as in http://localhost:4318; a file stands before --otlp',
    )
  // Whoever lists processes sees a command line, and messages name the URL.
  if (url.username !== '' || url.password !== '')
    throw usageError(
      `${from}: the URL has a name and a password in it`,
      'give them in OTEL_EXPORTER_OTLP_HEADERS, as in Authorization=Basic%20BASE64',
    )
  if (isRoot(url)) url.pathname = `${url.pathname.replace(/\/$/, '')}/${PATH}`
  return url.href
}
