// SPDX-License-Identifier: MIT
import { Command } from 'commander'
import { LabError } from './errors.ts'
import { exitCodeOf } from './exitCode.ts'
import { FLAVOURS, RELEASES } from './releases.ts'
import { runInLab } from './vm.ts'

const EXAMPLES = `
Releases: ${[...RELEASES, ...FLAVOURS].map((release) => release.name).join(', ')}

Examples:
  npm run lab -- bookworm -- uname -a
  npm run lab -- trixie -- trace-reset --help
  npm run lab -- trixie -- bpftrace -e 'kprobe:tcp_reset { printf("%s\\n", comm); }'
  npm run lab -- bookworm --out results -- sh -c 'make -C kmod && cp kmod/*.ko /out'

The command runs as root in the project's directory. Ctrl-C interrupts it as it would here; a second one switches the
machine off. The first run of a release builds its image, which takes some minutes.
`

/** Two reports of one Ctrl-C (from the terminal and from npm) come within this time. */
const SAME_KEYSTROKE_MS = 300

const main = async (): Promise<number> => {
  const off = new AbortController()
  const interrupt = new AbortController()
  let interruptedAt: number | undefined
  process.on('SIGTERM', () => off.abort(new Ended(143)))
  process.on('SIGHUP', () => off.abort(new Ended(129)))
  process.on('SIGINT', () => {
    const now = performance.now()
    if (interruptedAt === undefined) interrupt.abort(new Ended(130))
    else if (now - interruptedAt > SAME_KEYSTROKE_MS) off.abort(new Ended(130))
    interruptedAt ??= now
  })
  // Whoever reads our output has had enough: no reason to go on.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => off.abort(new Ended(0)))

  const program = new Command('npm run lab --')
    .description('Boots a stock Debian kernel in QEMU and runs a command there, with this project inside.')
    .argument('<release>', 'which kernel')
    .argument('<command...>', 'the command and its arguments, after --')
    .option('--out <directory>', 'receives what the command leaves in /out')
    .option('--timeout <seconds>', 'switch the machine off after this time', parseSeconds, 1800)
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError()
    .exitOverride()
  program.parse()
  const [release = '', ...command] = program.args
  const { out, timeout } = program.opts<{ out?: string; timeout: number }>()
  const { exitCode } = await runInLab({
    release,
    command,
    ...(out === undefined ? {} : { out }),
    timeoutSeconds: timeout,
    signal: off.signal,
    interrupt: interrupt.signal,
  })
  return exitCode
}

/** Ends the lab from outside; not a fault, so nothing is said. */
class Ended extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super('ended from outside')
    this.exitCode = exitCode
  }
}

const parseSeconds = (text: string): number => {
  const seconds = Number(text)
  if (Number.isInteger(seconds) && seconds > 0) return seconds
  throw new LabError(`--timeout ${JSON.stringify(text)} is not a number of seconds`, {
    exitCode: 2,
    hint: '--timeout 600',
  })
}

const report = (error: unknown): number => (error instanceof Ended ? error.exitCode : exitCodeOf('lab')(error))

process.exitCode = await main().catch(report)
