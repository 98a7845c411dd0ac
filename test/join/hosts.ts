// SPDX-License-Identifier: MIT
// Recordings as the join takes them, from Observations or from files.
import { from, type Observable } from 'rxjs'
import { judgedOf } from '../../src/cli/judged.ts'
import { createGathering, named, type Host } from '../../src/join/host.ts'
import { join, type Joined } from '../../src/join/join.ts'
import type { Observation } from '../../src/observation.ts'
import { replay } from '../../src/recording/replay.ts'

const gather = async (source: Observable<Observation>, number: number, file: string): Promise<Host> => {
  const gathering = createGathering(number, file)
  await judgedOf(source, 'test', gathering.see).forEach(({ verdict, start }) => gathering.judged(verdict, start))
  const host = gathering.host()
  if (host === undefined) throw new Error(`${file} has no start`)
  return host
}

/** What recordings, each the Observations of a host in their order, say together. */
export const joined = async (recordings: readonly (readonly Observation[])[]): Promise<Joined> =>
  join(named(await Promise.all(recordings.map((lines, number) => gather(from(lines), number, `${number}.jsonl`)))))

const warn = (warning: string) => {
  throw new Error(warning)
}

/** The same of files. */
export const joinedFiles = async (files: readonly string[]): Promise<Joined> => {
  return join(named(await Promise.all(files.map((file, number) => gather(replay(file, { warn }), number, file)))))
}
