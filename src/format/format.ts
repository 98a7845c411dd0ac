// SPDX-License-Identifier: MIT
import { csv } from './csv.ts'
import { json } from './json.ts'
import type { CreateSink } from './sink.ts'
import { table } from './table.ts'

/** Every format by the name that `--format` takes, the default first. A new format is one file and one entry here. */
export const FORMATS = { table, json, csv } satisfies Record<string, CreateSink>

export type FormatName = keyof typeof FORMATS
