// SPDX-License-Identifier: MIT
// Verdicts in Apache Parquet, the columns of CSV with types: what DuckDB, pandas, Spark and others read.
import { shownFields } from './columns.ts'
import type { CreateSink } from './sink.ts'
import { createRows, typedColumns, type Cell, type ColumnType, type TypedColumn } from './typed.ts'

/** What is used of hyparquet-writer. */
export type ParquetLibrary = Pick<typeof import('hyparquet-writer'), 'ByteWriter' | 'ParquetWriter'>

/** Rows that are written together, and held in memory until then: 20 MB. */
const GROUP = 20_000

type Element = import('hyparquet-writer').SchemaElement

/** Makes the sink of it. Bytes come by groups of rows, and the last of them are needed: a file that was cut off cannot be read. */
export const parquet =
  ({ ByteWriter, ParquetWriter }: ParquetLibrary): CreateSink =>
  (shown) => {
    const fields = shownFields(shown)
    const columns = typedColumns(fields)
    const rowOf = createRows(fields, columns)
    const writer = new ByteWriter()
    const file = new ParquetWriter({ writer, schema: schemaOf(columns), createdBy: 'trace-reset' })
    let rows: Cell[][] = []
    const written = () => {
      const bytes = writer.getBytes().slice()
      writer.index = 0
      return bytes
    }
    const flush = () => {
      // Types are those of the schema; `data` is an array for each column.
      const columnData = columns.map(({ name }, place) => ({ name, data: rows.map((row) => row[place] ?? null) }))
      if (rows.length > 0) void file.write({ columnData, rowGroupSize: GROUP })
      rows = []
      return written()
    }
    return {
      start: () => '',
      verdict: (verdict, start) => {
        rows.push(rowOf(verdict, start))
        return rows.length < GROUP ? '' : flush()
      },
      // Packets have other columns; they are refused before.
      step: () => '',
      end: () => {
        const rest = flush()
        void file.finish()
        return Buffer.concat([rest, written()])
      },
    }
  }

const schemaOf = (columns: readonly TypedColumn[]): Element[] => [
  { name: 'root', num_children: columns.length },
  ...columns.flatMap(({ name, type }) => ELEMENTS[type](name)),
]

const OPTIONAL = 'OPTIONAL'

const ELEMENTS: Readonly<Record<ColumnType, (name: string) => Element[]>> = {
  text: (name) => [{ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: OPTIONAL }],
  integer: (name) => [{ name, type: 'INT64', repetition_type: OPTIONAL }],
  boolean: (name) => [{ name, type: 'BOOLEAN', repetition_type: OPTIONAL }],
  // It is UTC, and not said to be: DuckDB takes microseconds of what is.
  moment: (name) => [
    {
      name,
      type: 'INT64',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'NANOS' },
      repetition_type: OPTIONAL,
    },
  ],
  texts: (name) => [
    { name, repetition_type: OPTIONAL, num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: OPTIONAL },
  ],
}
