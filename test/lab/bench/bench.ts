// SPDX-License-Identifier: MIT
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { Argument, Command } from 'commander'
import { z } from 'zod'
import { benchCapture } from './benchCapture.ts'
import { benchQuery } from './benchQuery.ts'
import { benchReplay } from './benchReplay.ts'
import { benchTrace } from './benchTrace.ts'
import { PARTS, type Part } from './tables.ts'
import { compileForGuest } from '../vm/compile.ts'
import { LabError } from '../vm/errors.ts'
import { exitCodeOf } from '../vm/exitCode.ts'
import { RELEASES } from '../vm/releases.ts'
import { runInLab } from '../vm/vm.ts'

const EXAMPLES = `
Examples:
  npm run bench                      all that the README tells, on Linux 6.12: half an hour on an idle host
  npm run bench -- trace sid connections floods
  npm run bench -- ehash
  npm run bench -- replay 55000 --against ../main
  npm run bench -- query 1000000
  npm run bench -- capture 1000
`

const RELEASE = 'trixie'
const RESETS = '55000'
const VERDICTS = '1000000'

const SOCKETS = ['1000', '10000', '100000']

/** 100,000 sockets with their files take more than the lab's usual machine has. */
const MEMORY_MIB = 4096

const Measured = z.object({
  sockets: z.number(),
  single: z.number(),
  batched: z.number(),
  proc: z.number(),
  ss: z.number(),
})
type Measured = z.infer<typeof Measured>

const main = async (): Promise<number> => {
  const program = new Command('npm run bench --').showHelpAfterError().exitOverride().addHelpText('after', EXAMPLES)
  const kernels = `which kernel: ${RELEASES.map(({ name }) => name).join(', ')}`
  program
    .command('all', { isDefault: true })
    .description('trace, then replay')
    .action(async () => {
      await benchTrace(RELEASE, [])
      await benchReplay(Number(RESETS), undefined)
    })
  program
    .command('trace')
    .description('what tracing costs, beside other tracers, in one virtual machine')
    .argument('[release]', kernels, RELEASE)
    .addArgument(new Argument('[parts...]', 'all of them without').choices(PARTS.map(({ name }) => name)))
    .action(async (release: string, parts: Part[]) => benchTrace(release, parts))
  program
    .command('ehash')
    .description('time of one exact look-up among up to 100,000 sockets: tcphash.ko, ss, reading /proc/net/tcp')
    .argument('[release]', kernels, RELEASE)
    .action(async (release: string) => benchEhash(release))
  program
    .command('replay')
    .description('time and memory of replaying a long recording, beside tshark with a capture of the same connections')
    .argument('[resets]', 'how long', RESETS)
    .option('--against <directory>', 'another checkout, built, to be measured beside this one')
    .action(async (resets: string, { against }: { against?: string }) => benchReplay(Number(resets), against))
  program
    .command('capture')
    .description('time and memory of judging a large capture, beside tshark')
    .argument('[megabytes]', 'how large', '1000')
    .option('--runs <number>', 'how often each', '1')
    .action(async (megabytes: string, { runs }: { runs: string }) => benchCapture(Number(megabytes), Number(runs)))
  program
    .command('query')
    .description('time and memory of queries over many verdicts')
    .argument('[verdicts]', 'how many', VERDICTS)
    .action(async (verdicts: string) => benchQuery(Number(verdicts)))
  await program.parseAsync()
  return 0
}

const benchEhash = async (release: string): Promise<void> => {
  const program = await compileForGuest('test/lab/bench/ehash.c')
  const script = `insmod kmod/tcphash.ko && exec ${program} ${SOCKETS.join(' ')}`
  const stdout = new PassThrough()
  const rows: Measured[] = []
  print('microseconds for one tuple, in one emulated machine\n')
  print(cells('sockets', 'tcphash', 'in batches', 'ss', '/proc/net/tcp'))
  // Row by row: with many sockets the next one may take minutes.
  const reading = (async () => {
    for await (const line of createInterface({ input: stdout })) {
      const row = Measured.parse(JSON.parse(line))
      rows.push(row)
      print(
        cells(
          String(row.sockets),
          row.single.toFixed(1),
          row.batched.toFixed(1),
          row.ss.toFixed(0),
          row.proc.toFixed(0),
        ),
      )
    }
  })()
  const { exitCode } = await runInLab({ release, command: ['sh', '-c', script], memoryMib: MEMORY_MIB, stdout })
  stdout.end()
  await reading
  if (exitCode !== 0) throw new LabError(`the bench ended with ${exitCode}`, { exitCode: 3 })
  print(summary(rows))
}

/** What the targets are about. */
const summary = (rows: readonly Measured[]): string => {
  const first = rows[0]
  const last = rows.at(-1)
  if (first === undefined || last === undefined) return 'nothing was measured\n'
  const percent = (of: 'single' | 'batched') => `${Math.round((last[of] / first[of] - 1) * 100)} %`
  const times = (of: 'ss' | 'proc') => `${Math.round(last[of] / last.single)} times`
  return [
    `growth from ${first.sockets} to ${last.sockets} sockets: ${percent('single')} single, ${percent('batched')} in batches`,
    `at ${last.sockets}: ss takes ${times('ss')} a single look-up, /proc/net/tcp ${times('proc')}`,
    '',
  ].join('\n')
}

const cells = (...words: string[]) => `${words.map((word) => word.padStart(16)).join('')}\n`
const print = (text: string) => void process.stdout.write(text)

process.exitCode = await main().catch(exitCodeOf('bench'))
