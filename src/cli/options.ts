// SPDX-License-Identifier: MIT
import type { EhashChoice } from '../ehash/open.ts'
import type { Filter, Wanted } from '../filter/filter.ts'
import type { VerdictFilter } from '../filter/verdict.ts'
import type { FormatName } from '../format/format.ts'
import type { CauseId } from '../verdict/causes.ts'
import type { ColourChoice } from './terminal.ts'

/** What a trace and a replay have in common. */
export type OutputOptions = Filter &
  VerdictFilter & {
    format: FormatName
    color: ColourChoice
    output?: string
    count: number
    steps: readonly string[]
    stack?: true
    explain?: true
    summary?: true
  }
export type TraceOptions = OutputOptions & {
  light?: true
  record?: string
  ehash: EhashChoice
  bpftrace: string
  facts?: string
}
/** What has a published JSON Schema: a line of `--format json`, a line of a recording. */
export type SchemaName = 'verdict' | 'recording'
export type Expectation = { cause: CauseId; count: number | undefined }
export type ReplayOptions = OutputOptions & { expect: readonly Expectation[] }
export type ProgramOptions = Filter & {
  steps: readonly string[]
  light?: true
  bpftrace: string
  facts?: string
}

/** What each command does; every one gives its exit code. */
export type Actions = {
  trace: (options: TraceOptions) => Promise<number>
  replay: (file: string, options: ReplayOptions) => Promise<number>
  program: (options: ProgramOptions) => Promise<number>
  probes: (options: { bpftrace: string; facts?: string }) => Promise<number>
  ehashLookup: (options: Wanted & { ehash: EhashChoice }) => Promise<number>
  ehashList: (options: Filter & { count: number }) => Promise<number>
  module: (verb: 'build' | 'load' | 'unload' | 'status') => Promise<number>
  doctor: (options: { bpftrace: string; json?: true }) => Promise<number>
  causes: (cause: CauseId | undefined) => Promise<number>
  schema: (of: SchemaName) => Promise<number>
}
