// SPDX-License-Identifier: MIT
// DuckDB in memory, with the tables of a query in it and nothing else within its reach.
import type { DuckDBAppender, DuckDBConnection, DuckDBResult } from '@duckdb/node-api'
import type { Cell, ColumnType } from '../format/typed.ts'
import type { Answer } from './answer.ts'
import type { DuckDb } from './packages.ts'
import { givenOf } from './values.ts'

/** Nothing is loaded, fetched or spilled to a disk. */
const CONFIG = {
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
  temp_directory: '',
}

/** A table that rows are put into. */
export type Table = { put: (row: readonly Cell[]) => void; end: () => void }

export type Database = {
  /** Runs SQL of ours. */
  run: (sql: string) => Promise<void>
  /** The names in the first column of what SQL of ours gives. */
  names: (sql: string) => Promise<Set<string>>
  /** Opens a table that is there. */
  table: (name: string, columns: readonly { type: ColumnType }[]) => Promise<Table>
  /** From here on there is no other file than these, no other setting, and no network. */
  lock: (paths: readonly string[]) => Promise<void>
  /** Answers a query of the user's. Rejects with what DuckDB says; and with undefined as answer where it is no query. */
  ask: (sql: string) => Promise<Answer | undefined>
  interrupt: () => void
  close: () => void
}

/** Opens it. */
export const openDatabase = async (duckdb: DuckDb): Promise<Database> => {
  const instance = await duckdb.DuckDBInstance.create(':memory:', CONFIG)
  const connection = await instance.connect()
  const run = async (sql: string) => void (await connection.run(sql))
  // What is cast to a moment without a zone is UTC, as all moments here are.
  await run("SET TimeZone = 'UTC'")
  return {
    run,
    names: async (sql) => new Set((await connection.runAndReadAll(sql)).getRows().map(([name]) => String(name))),
    table: async (name, columns) => tableOf(duckdb, await connection.createAppender(name), columns),
    lock: async (paths) => {
      await run(`SET allowed_paths = [${paths.map((path) => duckdb.quotedString(path)).join(', ')}]`)
      await run('SET enable_external_access = false')
      await run('SET lock_configuration = true')
    },
    ask: (sql) => ask(duckdb, connection, sql),
    interrupt: () => connection.interrupt(),
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

const tableOf = (duckdb: DuckDb, appender: DuckDBAppender, columns: readonly { type: ColumnType }[]): Table => {
  const texts = duckdb.LIST(duckdb.VARCHAR)
  const put = (value: Cell, type: ColumnType | undefined) => {
    if (value === null) return appender.appendNull()
    if (typeof value === 'string') return appender.appendVarchar(value)
    if (typeof value === 'boolean') return appender.appendBoolean(value)
    if (typeof value === 'object') return appender.appendList(value, texts)
    if (type === 'moment') return appender.appendTimestampNanoseconds(duckdb.timestampNanosValue(value))
    return appender.appendBigInt(value)
  }
  return {
    put: (row) => {
      for (const [place, value] of row.entries()) put(value, columns[place]?.type)
      appender.endRow()
    },
    end: () => appender.closeSync(),
  }
}

const ask = async (
  { StatementType, DuckDBTypeId }: DuckDb,
  connection: DuckDBConnection,
  sql: string,
): Promise<Answer | undefined> => {
  // Of nothing DuckDB has no word.
  if (sql.trim() === '') return undefined
  const statements = await connection.extractStatements(sql)
  let result: DuckDBResult | undefined
  for (let place = 0; place < statements.count; place += 1) {
    const statement = await statements.prepare(place)
    const { statementType } = statement
    // CREATE, of macros, views and tables in memory: PIVOT is such a one and a query. COPY could write over a file that is read.
    if (statementType !== StatementType.SELECT && statementType !== StatementType.CREATE) return undefined
    result = await statement.stream()
    if (place < statements.count - 1) await result.fetchAllChunks()
  }
  if (result === undefined) return undefined
  const numbers = new Set<number>(NUMBERS.map((name) => DuckDBTypeId[name]))
  const ids = result.columnTypes().map(({ typeId }) => typeId)
  return {
    columns: result.deduplicatedColumnNames().map((name, place) => ({ name, isNumber: numbers.has(ids[place] ?? 0) })),
    rows: rowsOf(result),
  }
}

async function* rowsOf(result: DuckDBResult) {
  for await (const rows of result.yieldRows()) yield rows.map((row) => row.map(givenOf))
}

const NUMBERS = [
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'HUGEINT',
  'UTINYINT',
  'USMALLINT',
  'UINTEGER',
  'UBIGINT',
  'UHUGEINT',
  'FLOAT',
  'DOUBLE',
  'DECIMAL',
] as const
