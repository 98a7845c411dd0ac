// SPDX-License-Identifier: MIT
// The tables as DuckDB's SQL makes them.
import { COLUMNS } from '../format/columns.ts'
import { typedColumns, type ColumnType, type TypedColumn } from '../format/typed.ts'

/** The columns of `verdicts`: those of `--format csv`, and of Parquet. */
export const VERDICT_COLUMNS: readonly TypedColumn[] = typedColumns(COLUMNS)

const TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  boolean: 'BOOLEAN',
  moment: 'TIMESTAMP_NS',
  texts: 'VARCHAR[]',
}

/** A name as it stands in SQL. */
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** A text as it stands in SQL. */
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

/** What makes a table of columns. */
export const createTable = (name: string, columns: readonly { name: string; type: ColumnType }[]) =>
  `CREATE TABLE ${quoted(name)} (${columns.map((one) => `${quoted(one.name)} ${TYPES[one.type]}`).join(', ')})`

/** What makes `name` of all rows of some selections, of which each has the columns of `verdicts`. */
export const createView = (name: string, selections: readonly string[]) =>
  `CREATE VIEW ${quoted(name)} AS ${selections.join(' UNION ALL ')}`

/** What names the columns of a Parquet file. */
export const describeParquet = (path: string) => `DESCRIBE SELECT * FROM ${parquetOf(path)}`

/** The verdicts in a Parquet file that has columns of these names. Those that an older version did not write are null. */
export const selectParquet = (path: string, names: ReadonlySet<string>) =>
  `SELECT ${VERDICT_COLUMNS.map(({ name, type }) => `CAST(${names.has(name) ? quoted(name) : 'NULL'} AS ${TYPES[type]}) AS ${quoted(name)}`).join(', ')} FROM ${parquetOf(path)}`

/** The verdicts in a file of JSON lines. Steps of packets stand between them, and have no cause. */
export const selectLines = (path: string, isZipped: boolean) => {
  const values = VERDICT_COLUMNS.map(
    ({ name, field, inner, type }) =>
      `CAST(${quoted(field)}${inner === null ? '' : `.${quoted(inner)}`} AS ${TYPES[type]}) AS ${quoted(name)}`,
  )
  const options = [
    "format = 'newline_delimited'",
    `compression = '${isZipped ? 'gzip' : 'uncompressed'}'`,
    `columns = {${LINE_COLUMNS}}`,
  ]
  return `SELECT ${values.join(', ')} FROM read_json(${literal(exact(path))}, ${options.join(', ')}) WHERE cause IS NOT NULL`
}

const parquetOf = (path: string) => `read_parquet(${literal(exact(path))})`

/** A path as a pattern that stands for itself alone: DuckDB takes every path for a pattern. */
export const exact = (path: string) => path.replaceAll(/[*?[]/g, '[$&]')

const lineType = (type: ColumnType) => (type === 'moment' ? 'VARCHAR' : TYPES[type])

/** The fields of a line, with their types; what is nested is a struct. A moment is read as text, and cast by its column. */
const LINE_COLUMNS = [...new Set(VERDICT_COLUMNS.map(({ field }) => field))]
  .map((field) => {
    const below = VERDICT_COLUMNS.filter((one) => one.field === field)
    const types = below.map(({ inner, type }) =>
      inner === null ? lineType(type) : `${quoted(inner)} ${lineType(type)}`,
    )
    return `${literal(field)}: ${literal(below[0]?.inner === null ? types.join('') : `STRUCT(${types.join(', ')})`)}`
  })
  .join(', ')
