// SPDX-License-Identifier: MIT
// `tsx test/fuzz/fuzzCli.ts INPUT RUNS SEED`: one input in a process of its own, whose memory is measured and whose end
// another waits for. Prints one line of JSON.
import { fuzz } from './fuzz.ts'
import { INPUTS } from './inputs.ts'

const [, , name = '', runs = '', seed = ''] = process.argv
const { [name]: input } = INPUTS
if (input === undefined) throw new Error(`no such input: ${name}`)
// fast-check tells the damage, and its cause what came of it.
const causes = (error: unknown): string[] =>
  error instanceof Error
    ? [error.stack ?? error.message, ...(error.cause === undefined ? [] : causes(error.cause))]
    : [String(error)]

let tried = 0
let slowest = 0
let last = performance.now()
const failure = await fuzz(input, Number(runs), Number(seed), () => {
  tried += 1
  const now = performance.now()
  slowest = Math.max(slowest, now - last)
  last = now
}).then(
  () => undefined,
  (error: unknown) => causes(error).join('\ncaused by: '),
)
const mebibytes = Math.round(process.resourceUsage().maxRSS / 1024)
process.stdout.write(`${JSON.stringify({ tried, slowest: Math.round(slowest), mebibytes, failure })}\n`)
