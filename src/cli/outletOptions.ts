// SPDX-License-Identifier: MIT
import { Option, type Command } from 'commander'
import { usageError } from '../errors.ts'
import { addressText, parseAddresses } from '../filter/address.ts'
import { EXTRA_LABELS } from '../metrics/labels.ts'
import type { TraceOptions } from './options.ts'

/** Adds where a live trace is given to beside its output. */
export const withOutlets = (command: Command): Command =>
  command
    .optionsGroup('For monitoring:')
    .addOption(
      new Option('--metrics <port>', 'Prometheus metrics, on 127.0.0.1 or address:port').argParser(parseListen),
    )
    .addOption(new Option('--metrics-labels <x>', 'lport: count resets by local port too').argParser(parseLabels))
    .option('--journald', 'an entry in the journal for each verdict')
    .addOption(otlpOption())

/** `--otlp`, whose URL is checked where OpenTelemetry's own variables are read. */
export const otlpOption = () => new Option('--otlp [url]', 'a log record of OpenTelemetry for each verdict').preset('')

/** Throws a usage error for labels without metrics. */
export const requireMetrics = ({ metrics, metricsLabels }: Pick<TraceOptions, 'metrics' | 'metricsLabels'>) => {
  if (metricsLabels !== undefined && metrics === undefined)
    throw usageError('--metrics-labels: there are no metrics', 'add --metrics, as in --metrics 9435')
}

/** `9435`, `192.0.2.1:9435`, `[2001:db8::1]:9435`. Throws a usage error. */
const parseListen = (text: string): NonNullable<TraceOptions['metrics']> => {
  const [, inBrackets, plain, digits = ''] = /^(?:(?:\[([^\]]*)\]|([^:]*)):)?(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === '' || port > 65535)
    throw usageError(
      `--metrics: ${JSON.stringify(text)} is no port, and no address and port`,
      'give a port, as in 9435, or ADDRESS:PORT, as in 0.0.0.0:9435 or [::1]:9435',
    )
  return { address: addressOf(inBrackets ?? plain ?? '127.0.0.1'), port }
}

const addressOf = (text: string): string => {
  const [prefix] = /[/,]/.test(text) ? [] : parseAddresses('--metrics', text)
  if (prefix === undefined)
    throw usageError(`--metrics: ${JSON.stringify(text)} is not an IP address`, 'give one, as in 0.0.0.0:9435')
  return addressText(prefix)
}

const parseLabels = (text: string): NonNullable<TraceOptions['metricsLabels']> => {
  const names = text.split(',')
  const known = EXTRA_LABELS.filter((label) => names.includes(label))
  const unknown = names.find((name) => !EXTRA_LABELS.some((label) => label === name))
  if (unknown !== undefined)
    throw usageError(`--metrics-labels: no such label: ${JSON.stringify(unknown)}`, `give ${EXTRA_LABELS.join(', ')}`)
  return known
}
