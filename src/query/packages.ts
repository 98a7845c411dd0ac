// SPDX-License-Identifier: MIT
import { loadOptional, orMissing } from '../optional.ts'

/** The engine of `query`: an optional peer, 70 MB. A test holds that package.json has the same. */
export const DUCKDB = { '@duckdb/node-api': '1.5.6-r.1' } as const

/** What is used of it. */
export type DuckDb = Pick<
  typeof import('@duckdb/node-api'),
  'DuckDBInstance' | 'DuckDBTypeId' | 'LIST' | 'StatementType' | 'VARCHAR' | 'quotedString' | 'timestampNanosValue'
>

/** Loads it: 0.1 s. Fails with an environment error when it is not installed. */
export const loadDuckDb = async (): Promise<DuckDb> => {
  try {
    return await loadOptional({
      name: '@duckdb/node-api',
      load: () => import('@duckdb/node-api'),
      needed: 'DuckDBInstance',
    })
  } catch (error) {
    throw orMissing(error, 'query: DuckDB is not installed', DUCKDB)
  }
}
