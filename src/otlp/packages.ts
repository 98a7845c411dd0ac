// SPDX-License-Identifier: MIT
import { loadOptional, orMissing } from '../optional.ts'

/** What encodes OTLP, of one release: optional peers, 28 MB. A test holds that package.json has the same. */
export const PACKAGES = {
  '@opentelemetry/core': '2.12.0',
  '@opentelemetry/resources': '2.12.0',
  '@opentelemetry/otlp-transformer': '0.223.0',
} as const

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
export const loadPackages = async (): Promise<Packages> => {
  try {
    const [core, resources, { ProtobufLogsSerializer: serializer }] = await Promise.all([
      loadOptional({
        name: '@opentelemetry/core',
        load: () => import('@opentelemetry/core'),
        needed: 'getStringFromEnv',
      }),
      loadOptional({
        name: '@opentelemetry/resources',
        load: () => import('@opentelemetry/resources'),
        needed: 'detectResources',
      }),
      loadOptional({
        name: '@opentelemetry/otlp-transformer',
        load: () => import('@opentelemetry/otlp-transformer'),
        needed: 'ProtobufLogsSerializer',
      }),
    ])
    return { core, resources, serializer }
  } catch (error) {
    throw orMissing(error, '--otlp: the packages of OpenTelemetry are not installed', PACKAGES)
  }
}
