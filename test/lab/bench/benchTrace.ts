// SPDX-License-Identifier: MIT
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { z } from 'zod'
import { BUNDLE, bundle } from '../../package/bundle.ts'
import { compileForGuest } from '../vm/compile.ts'
import { LabError } from '../vm/errors.ts'
import { runInLab } from '../vm/vm.ts'
import { fetchRivals } from './rivals.ts'
import { PARTS, type Part, type Table } from './tables.ts'

/** A row of a part, or the error that a part, or one way to watch of it, ended with. */
const Row = z.looseObject({ part: z.string(), failed: z.string().optional() })

/** Ten thousand sockets with their files, and bpftrace beside them, take more than the lab's usual machine has. */
const MEMORY_MIB = 4096

/** Emulated, all parts take half an hour on an idle host. */
const LONGEST_SECONDS = 3 * 3600

/** Prints what each way to watch costs, part by part as it is measured, from one run of one virtual machine. */
export const benchTrace = async (release: string, parts: readonly Part[]): Promise<void> => {
  const compiled = { CONNECTIONS: 'connections', MESSAGES: 'messages', LOOKUPS: 'ehash' }
  const programs: string[] = []
  for (const [name, source] of Object.entries(compiled))
    programs.push(`${name}=${await compileForGuest(`test/lab/bench/${source}.c`)}`)
  const rivals = await fetchRivals(release, (line) => print(`${line}\n`))
  programs.push(`PWRU=${rivals.pwru}`, `TCPSTATES=${rivals['libbpf-tools']}`)
  await bundle(BUNDLE)
  const stdout = new PassThrough()
  const reading = printRows(stdout)
  const { exitCode } = await runInLab({
    release,
    command: ['python3', 'test/lab/bench', ...parts, ...programs],
    bring: ['build/bundle'],
    stdout,
    memoryMib: MEMORY_MIB,
    timeoutSeconds: LONGEST_SECONDS,
  })
  stdout.end()
  await reading
  if (exitCode !== 0) throw new LabError(`the bench ended with ${exitCode}`, { exitCode: 3 })
}

// Each row as it comes: the next one may take minutes, and a run that ends in the middle has told what it has measured.
const printRows = async (stdout: PassThrough): Promise<void> => {
  const rows: unknown[] = []
  let table: Table | undefined
  for await (const line of createInterface({ input: stdout })) {
    const row = Row.parse(JSON.parse(line))
    if (row.part !== table?.name) {
      print(table?.notes(rows.splice(0)) ?? '')
      table = PARTS.find(({ name }) => name === row.part)
      print('\n')
    }
    if (row.failed !== undefined) print(`${row.part}: ${row.failed}\n`)
    else if (table !== undefined) {
      print(`${rows.length === 0 ? table.head(row) : ''}${table.row(row, rows)}`)
      rows.push(row)
    }
  }
  print(table?.notes(rows) ?? '')
}

const print = (text: string) => void process.stdout.write(text)
