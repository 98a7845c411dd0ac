// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs'
import type { Io } from '../cli/io.ts'
import type { SchemaName } from '../cli/options.ts'
import { packageFile } from '../cli/package.ts'

const FILES: Readonly<Record<SchemaName, string>> = {
  verdict: 'src/format/verdict.schema.json',
  recording: 'src/recording/recording.schema.json',
}

/** Prints the JSON Schema of a line, as the package publishes it. */
export const schema = (of: SchemaName, io: Io): Promise<number> => {
  io.out(readFileSync(packageFile(FILES[of])))
  return Promise.resolve(0)
}
