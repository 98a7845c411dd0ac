// SPDX-License-Identifier: MIT
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { z } from 'zod'
import { failure, held, sum, type Count } from '../count.ts'
import { INPUTS } from './inputs.ts'

const CLI = fileURLToPath(new URL('fuzzCli.ts', import.meta.url))

/** A damaged input takes 1 to 10 ms: inputs that take ten times as long on the whole hang. */
const HANG_MS = 100

/** What the tool may take, all in, by the same setting of its heap (src/main.ts). */
const MOST_MEBIBYTES = 200

const Fuzzed = z.object({
  tried: z.int(),
  slowest: z.int(),
  mebibytes: z.int(),
  failure: z.string().optional(),
})

/**
 * Gives damaged inputs to each reader in turn, `inputs` of them in all, each reader in a process of its own. Prints a line of TAP
 * each, and a table in the end.
 */
export const fuzzAll = async (inputs: number, seed: number): Promise<Count> => {
  const names = Object.keys(INPUTS)
  const each = Math.ceil(inputs / names.length)
  const rows = [
    '| input | tried | slowest, ms | MiB | crashes, hangs, what is not told |',
    '| --- | --- | --- | --- | --- |',
  ]
  const counts: Count[] = []
  for (const name of names) {
    const { tried, slowest, mebibytes, failure: wrong } = await fuzzed(name, each, seed)
    const told = `${wrong === undefined ? 'ok' : 'not ok'} - ${name}: ${tried} damaged inputs, seed ${seed}`
    process.stdout.write(wrong === undefined ? `${told}\n` : `${told}\n${wrong}\n`)
    rows.push(`| ${name} | ${tried} | ${slowest} | ${mebibytes} | ${wrong === undefined ? 0 : 1} |`)
    counts.push(wrong === undefined ? held() : failure(told))
  }
  process.stdout.write(`${rows.join('\n')}\n`)
  return sum(counts)
}

const fuzzed = async (name: string, runs: number, seed: number): Promise<z.infer<typeof Fuzzed>> => {
  const node = ['--heap-growing-percent=40', '--import', 'tsx']
  const { stdout, stderr, timedOut } = await execa('node', [...node, CLI, name, String(runs), String(seed)], {
    reject: false,
    stdin: 'ignore',
    timeout: 60_000 + runs * HANG_MS,
    killSignal: 'SIGKILL',
  })
  const last = stdout.split('\n').at(-1) ?? ''
  if (timedOut || last === '')
    return { tried: 0, slowest: 0, mebibytes: 0, failure: timedOut ? 'it hangs' : `it crashed: ${stderr}` }
  const told = Fuzzed.parse(JSON.parse(last))
  return told.mebibytes > MOST_MEBIBYTES ? { failure: `it took ${told.mebibytes} MiB`, ...told } : told
}
