// SPDX-License-Identifier: MIT
import type { Command } from 'commander'
import type { EhashChoice } from '../ehash/open.ts'
import type { Filter, Wanted } from '../filter/filter.ts'
import type { VerdictFilter } from '../filter/verdict.ts'
import type { FormatName } from '../format/format.ts'
import type { ExtraLabel } from '../metrics/labels.ts'
import type { Rotation } from '../recording/record.ts'
import type { Key } from '../summary/tally.ts'
import type { CauseId } from '../verdict/causes.ts'
import type { ColourChoice } from './terminal.ts'

/** What a trace and a replay have in common. */
export type OutputOptions = Filter &
  VerdictFilter & {
    format: FormatName
    color: ColourChoice
    output?: string | undefined
    pcapng?: string
    count: number
    steps: readonly string[]
    quiet?: true
    verbose?: true
    wide?: true
    stack?: true
    explain?: true
    summary?: readonly Key[]
    balance?: true
  }
export type TraceOptions = OutputOptions & {
  ttl?: true
  record?: string
  recordRotation?: Rotation | undefined
  /** Seconds. */
  timeout?: number
  ehash: EhashChoice
  bpftrace: string
  facts?: string
  metrics?: { address: string; port: number }
  metricsLabels?: readonly ExtraLabel[]
  journald?: true
  /** Where to; '' asks OpenTelemetry's variables. */
  otlp?: string
}
/** What has a published JSON Schema: a line of `--format json`, a line of a recording. */
export type SchemaName = 'verdict' | 'recording'
/** That some causes occur at all, or exactly so often together; `name` as it was given. */
export type TopOptions = TraceOptions & { interval: number; clear: boolean; speed?: number }
export type Expectation = { name: string; causes: readonly CauseId[]; count: number | undefined }
/** `parquet` is of a replay alone: a file of it that is not written to its end cannot be read. */
export type ReplayOptions = Omit<OutputOptions, 'format'> & {
  format: FormatName | 'parquet'
  expect: readonly Expectation[]
  otlp?: string
}
/** What a join prints: its accounts, or in their place the score. */
export type JoinOptions = { format: FormatName; color: ColourChoice; output?: string | undefined; score?: true }
/** How the answer to a query is printed. */
export type QueryOptions = { format: FormatName; color: ColourChoice; output?: string | undefined }
export type ReportOptions = Filter & VerdictFilter & { output?: string }
export type ProgramOptions = Filter & {
  steps: readonly string[]
  ttl?: true
  bpftrace: string
  facts?: string
}

/** How a command answers that prints no verdicts: for people, or one JSON object a line. */
export type AnswerFormat = 'text' | 'json'
export type Answering = { format: AnswerFormat }
export type CausesOptions = Answering & { list?: true }
/** A shell that command lines are completed for. */
export type Shell = 'bash' | 'zsh' | 'fish'

/** What each command does; every one gives its exit code. */
export type Actions = {
  trace: (options: TraceOptions) => Promise<number>
  top: (files: readonly string[], options: TopOptions) => Promise<number>
  replay: (files: readonly string[], options: ReplayOptions) => Promise<number>
  program: (options: ProgramOptions) => Promise<number>
  probes: (options: Answering & { bpftrace: string; facts?: string }) => Promise<number>
  ehashLookup: (options: Answering & Wanted & { ehash: EhashChoice }) => Promise<number>
  ehashList: (options: Answering & Filter & { count: number }) => Promise<number>
  module: (verb: 'build' | 'load' | 'unload' | 'status', options: Answering) => Promise<number>
  doctor: (options: Answering & { bpftrace: string; json?: true }) => Promise<number>
  causes: (cause: CauseId | undefined, options: CausesOptions) => Promise<number>
  join: (files: readonly string[], options: JoinOptions) => Promise<number>
  query: (sql: string, files: readonly string[], options: QueryOptions) => Promise<number>
  report: (files: readonly string[], options: ReportOptions) => Promise<number>
  schema: (of: SchemaName) => Promise<number>
  completion: (shell: Shell, root: Command) => Promise<number>
  manual: (section: '7' | '8', root: Command) => Promise<number>
}
