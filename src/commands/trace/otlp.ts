// SPDX-License-Identifier: MIT
import { createHeads } from '../../cli/heads.ts'
import type { Io } from '../../cli/io.ts'
import { toolVersion } from '../../cli/package.ts'
import { otlpRecord, otlpResource, type AttributeValue } from '../../format/otlp.ts'
import type { Start } from '../../format/sink.ts'
import { createDelivery, type Limits } from '../../otlp/deliver.ts'
import { createCodec, type Sent } from '../../otlp/encode.ts'
import { loadPackages, type Packages } from '../../otlp/packages.ts'
import { post } from '../../otlp/post.ts'
import { targetOf } from '../../otlp/target.ts'
import { plural } from '../../summary/report.ts'
import type { Outlet } from './outlets.ts'
import type { Warn } from './tell.ts'

/** A collector that is away for long is waited for in a live trace; a replay has nothing else to do, and gives up. */
const LIVE: Limits = {
  waiting: 4096,
  batch: 512,
  pauseMs: 1000,
  longestPauseMs: 30_000,
  patienceMs: 10_000,
  givesUp: false,
}
const REPLAY: Limits = { ...LIVE, longestPauseMs: 5000, patienceMs: 30_000, givesUp: true }

/** As an outlet; `room` resolves when it takes more, undefined: it does; `complete` tells, after the end, whether all was taken. */
export type OtlpOutlet = Outlet & { room: () => Promise<void> | undefined; complete: () => boolean }

/**
 * Sends each verdict to a collector of OpenTelemetry as a log record: `url`, or '' for where its own variables lead. `live`:
 * of this host. Fails with a usage error for what is no URL, and with an environment error without the packages.
 */
export const openOtlp = async (
  url: string,
  live: boolean,
  io: Pick<Io, 'tell' | 'kill'>,
  warn: Warn,
  limits = live ? LIVE : REPLAY,
): Promise<OtlpOutlet> => {
  const packages = await loadPackages()
  const target = targetOf(url, packages)
  const codec = createCodec(packages, toolVersion())
  const heads = createHeads(toolVersion())
  const resourceOf = await createResources(packages, live)
  let complete = false
  const delivery = createDelivery<Sent>(
    async (batch, stop) => {
      const answer = await post(target, codec.encode(batch), stop)
      if (answer.kind !== 'taken') return answer
      const { count, why } = codec.rejected(answer.body)
      return { kind: 'taken', rejected: count, why: `it takes not all${why === '' ? '' : `: ${why}`}` }
    },
    {
      away: (why) => warn(`--otlp: ${target.url}: ${why}: trying again`),
      lost: (why) => warn(`--otlp: ${target.url}: ${why}: verdicts are lost`),
    },
    limits,
    io.kill,
  )
  return {
    see: heads.see,
    judged: (verdict) => {
      const start = heads.of(verdict.at)
      if (start !== undefined) delivery.give({ record: otlpRecord(verdict, start), resource: resourceOf(start) })
    },
    room: delivery.room,
    end: async () => {
      const { given, lost } = await delivery.end()
      complete = lost === 0
      io.tell(
        lost > 0
          ? `--otlp: LOST ${lost} of ${plural(given, 'verdict')}`
          : `--otlp: ${target.url} has taken ${plural(given, 'verdict')}`,
      )
    },
    complete: () => complete,
  }
}

/** Hosts whose resources are remembered, of recordings one after the other. */
const MOST_HOSTS = 100

// OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME add to what is known of the host, or say it otherwise.
const createResources = async ({ core, resources }: Packages, live: boolean) => {
  const { detectResources, envDetector, hostDetector } = resources
  const asked = detectResources({ detectors: [envDetector] }).attributes
  const here: Record<string, unknown> = {}
  if (live) {
    const host = detectResources({ detectors: [hostDetector] })
    await host.waitForAsyncAttributes?.()
    here['host.id'] = host.attributes['host.id']
    here['k8s.node.name'] = core.getStringFromEnv('NODE_NAME')
  }
  const known = new Map<string, Record<string, AttributeValue>>()
  return (start: Start): Record<string, AttributeValue> => {
    const key = JSON.stringify([start.host, start.kernel])
    const found = known.get(key) ?? { ...otlpResource(start), ...texts(here), ...texts(asked) }
    if (known.size >= MOST_HOSTS) known.clear()
    known.set(key, found)
    return found
  }
}

const texts = (attributes: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(attributes).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
    ),
  )
