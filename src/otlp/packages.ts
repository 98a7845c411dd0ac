// SPDX-License-Identifier: MIT
import { createRequire } from 'node:module'
import { environmentError } from '../errors.ts'

/** What encodes OTLP, of one release: optional peers, 28 MB. A test holds that package.json has the same. */
export const PACKAGES = {
  '@opentelemetry/core': '2.12.0',
  '@opentelemetry/resources': '2.12.0',
  '@opentelemetry/otlp-transformer': '0.223.0',
} as const

/** Where Debian's npm installs with --global; a package of Debian looks there too. */
const GLOBAL = '/usr/local/lib/node_modules/'

/** What is used of them. */
export type Packages = {
  core: Pick<typeof import('@opentelemetry/core'), 'getStringFromEnv' | 'parseKeyPairsIntoRecord'>
  resources: Pick<
    typeof import('@opentelemetry/resources'),
    'detectResources' | 'envDetector' | 'hostDetector' | 'resourceFromAttributes'
  >
  serializer: (typeof import('@opentelemetry/otlp-transformer'))['ProtobufLogsSerializer']
}

/** Loads them: 0.2 s. Fails with an environment error when one is not installed. */
export const loadPackages = async (elsewhere = GLOBAL): Promise<Packages> => {
  const require = createRequire(elsewhere)
  const orElsewhere = async <T>(name: keyof typeof PACKAGES, load: () => Promise<T>, needed: keyof T): Promise<T> => {
    try {
      return await load()
    } catch (error) {
      if (!isMissing(error)) throw error
      const found: unknown = require(name)
      if (has<T>(found, needed)) return found
      throw error
    }
  }
  try {
    const [core, resources, { ProtobufLogsSerializer: serializer }] = await Promise.all([
      orElsewhere('@opentelemetry/core', () => import('@opentelemetry/core'), 'getStringFromEnv'),
      orElsewhere('@opentelemetry/resources', () => import('@opentelemetry/resources'), 'detectResources'),
      orElsewhere(
        '@opentelemetry/otlp-transformer',
        () => import('@opentelemetry/otlp-transformer'),
        'ProtobufLogsSerializer',
      ),
    ])
    return { core, resources, serializer }
  } catch (error) {
    if (!isMissing(error)) throw error
    const names = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`)
    throw environmentError(
      '--otlp: the packages of OpenTelemetry are not installed',
      `npm install -g ${names.join(' ')}`,
      error,
    )
  }
}

const isMissing = (error: unknown) =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND')

const has = <T>(found: unknown, name: keyof T): found is T =>
  typeof found === 'object' && found !== null && name in found
