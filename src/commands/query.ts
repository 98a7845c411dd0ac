// SPDX-License-Identifier: MIT
import { resolve } from 'node:path'
import { defer, fromEvent, takeUntil } from 'rxjs'
import type { Io } from '../cli/io.ts'
import { judgedOf } from '../cli/judged.ts'
import type { QueryOptions } from '../cli/options.ts'
import { toolVersion } from '../cli/package.ts'
import { messageOf, traceError, usageError } from '../errors.ts'
import { COLUMNS } from '../format/columns.ts'
import { createRows } from '../format/typed.ts'
import { answerText } from '../query/answer.ts'
import { openDatabase, type Database } from '../query/database.ts'
import { OBSERVED } from '../query/observed.ts'
import { loadDuckDb } from '../query/packages.ts'
import { sourceOf, type Source } from '../query/source.ts'
import {
  createTable,
  createView,
  describeParquet,
  exact,
  selectLines,
  selectParquet,
  VERDICT_COLUMNS,
} from '../query/tables.ts'
import { recordings } from '../recording/replay.ts'
import { openOutput, requireOtherOutput } from './output.ts'

/** The exit code of a query that was given up. */
const GIVEN_UP = 130

/**
 * Answers a query in SQL over recordings, which it judges, and over verdicts. Fails with a trace error when a file cannot be read, and
 * with a usage error when the query is none.
 */
export const query = async (sql: string, files: readonly string[], options: QueryOptions, io: Io): Promise<number> => {
  requireOtherOutput(files, { output: options.output })
  const sources = files.map(sourceOf)
  const database = await openDatabase(await loadDuckDb())
  const interrupt = () => database.interrupt()
  io.stop.addEventListener('abort', interrupt)
  try {
    await fill(database, sources, io)
    if (io.stop.aborted) return GIVEN_UP
    await answer(database, sql, options, io)
    return 0
  } catch (error) {
    if (io.stop.aborted) return GIVEN_UP
    throw error
  } finally {
    io.stop.removeEventListener('abort', interrupt)
    database.close()
  }
}

const answer = async (database: Database, sql: string, options: QueryOptions, io: Io) => {
  const given = await database.ask(sql).catch((error: unknown) => {
    throw refusedBy(error)
  })
  if (given === undefined)
    throw usageError('query: it is not a query', 'write one SELECT, as in SELECT * FROM verdicts')
  const output = openOutput(io, options.output)
  try {
    for await (const text of answerText(given, options.format)) output.write(text)
  } catch (error) {
    throw refusedBy(error)
  } finally {
    output.close()
  }
}

/** Kinds of errors, as DuckDB calls them, that are of the text of a query. */
const OF_THE_QUERY = /^(?:Failed to extract statements: )?(?:Parser|Binder|Catalog|Permission|Syntax) Error/

// What DuckDB says: of the query, or of a file.
const refusedBy = (error: unknown) => {
  const said = error instanceof Error ? error.message.trimEnd() : messageOf(error)
  return OF_THE_QUERY.test(said)
    ? usageError(`query: ${said}`, 'the tables are verdicts and observations: DESCRIBE verdicts lists the columns')
    : traceError(`query: ${said}`, undefined, error)
}

// The tables that there are.
const fill = async (database: Database, sources: readonly Source[], io: Io) => {
  await database.run(createTable('judged', VERDICT_COLUMNS))
  await database.run(createTable('observations', OBSERVED))
  await judge(
    sources.flatMap(({ kind, file }) => (kind === 'recording' ? [file] : [])),
    database,
    io,
  )
  const selections = ['SELECT * FROM judged']
  const paths: string[] = []
  for (const source of sources) {
    if (source.kind === 'recording') continue
    const path = resolve(source.file)
    paths.push(path, exact(path))
    selections.push(
      source.kind === 'lines'
        ? selectLines(path, source.isZipped)
        : await parquetSelection(database, source.file, path),
    )
  }
  await database.run(createView('verdicts', selections))
  await database.lock(paths)
}

const parquetSelection = async (database: Database, file: string, path: string) => {
  const names = await database.names(describeParquet(path)).catch((error: unknown) => {
    throw traceError(`${file}: cannot be read: ${messageOf(error)}`, 'replay -f parquet writes it anew', error)
  })
  if (!['time', 'cause', 'outcome'].every((name) => names.has(name)))
    throw traceError(`${file}: it holds no verdicts`, 'a query is of recordings, and of what replay -f parquet writes')
  return selectParquet(path, names)
}

// The recordings' verdicts and Observations become rows.
const judge = async (files: readonly string[], database: Database, io: Io) => {
  if (files.length === 0) return
  const source = recordings(files, { warn: (warning) => io.tell(`warning: ${warning}`) })
  const verdicts = await database.table('judged', VERDICT_COLUMNS)
  const observations = await database.table('observations', OBSERVED)
  const [verdictRow, observedRow] = [createRows(COLUMNS, VERDICT_COLUMNS), createRows(OBSERVED, OBSERVED)]
  for (let recording = 1; !source.done() && !io.stop.aborted; recording += 1) {
    let line = 0
    const judged = defer(() =>
      judgedOf(source.next(), toolVersion(), (observation, start) => {
        line += 1
        if (start !== undefined) observations.put(observedRow({ observation, recording, line }, start))
      }),
    )
    await judged
      .pipe(takeUntil(fromEvent(io.stop, 'abort')))
      .forEach(({ verdict, start }) => verdicts.put(verdictRow(verdict, start)))
  }
  verdicts.end()
  observations.end()
}
