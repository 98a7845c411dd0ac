// SPDX-License-Identifier: MIT
import { createReadStream, existsSync, mkdtempSync, openSync, rmSync, writeSync, type ReadStream } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { Observable } from 'rxjs'
import split2 from 'split2'
import { MAP_KEYS } from '../program/program.ts'

/** All probes are attached, or a line of bpftrace's standard output, or its end with its last words on standard error. */
export type Output =
  { kind: 'ready' } | { kind: 'output'; line: string } | { kind: 'exit'; code: number | undefined; words: string }

/** Pages of lines that wait to be read, for all CPUs together and for one at most: 64 MiB and 16. */
const [ALL_PAGES, MOST_PAGES] = [16_384, 4096]

/**
 * The pages of one CPU, a power of 2. 10,000 resets may come at once, by one CPU, with three lines of 200 to 400 bytes
 * each, to a reader that does not run meanwhile.
 */
export const bufferPages = (count: number): number =>
  Math.min(MOST_PAGES, Math.max(64, 2 ** Math.floor(Math.log2(ALL_PAGES / count))))

/** Both spellings: up to 0.17 the first of each pair, from 0.20 the second; 0.26 and later ignore the old ones. */
const ENVIRONMENT = {
  BPFTRACE_MAP_KEYS_MAX: String(MAP_KEYS),
  BPFTRACE_MAX_MAP_KEYS: String(MAP_KEYS),
  BPFTRACE_PERF_RB_PAGES: String(bufferPages(cpus().length)),
}

/**
 * bpftrace 0.17 finds the kernel's BTF by its number alone, which kernels before 5.11 do not tell: without its file named
 * it knows no struct there. It crashes on a file that is not there.
 */
const BTF = '/sys/kernel/btf/vmlinux'

/** The program comes in a file that has no name any more: an argument may not be over 128 KiB (MAX_ARG_STRLEN). */
const PROGRAM = '/proc/self/fd/3'

/** What the leash says when it is on; no line that bpftrace writes. */
const READY = 'trace-reset: all probes are attached'

/**
 * Runs a program with bpftrace and gives its lines as they come. When `stop` fires, bpftrace is asked to end and its last
 * lines still come; unsubscribing kills it.
 *
 * bpftrace runs a command of ours besides (-c), and ends in good order when that ends: cat, on a standard input that we
 * hold. It starts when all probes are attached, and what it repeats is the one sign of that: the message attached_probes
 * is written before. SIGINT would not do as an end: 0.17 misses one that comes while it attaches or prints.
 *
 * It never outlives us, not even a SIGKILL of ours: setpriv has the kernel kill it with its parent (PR_SET_PDEATHSIG).
 */
export const runBpftrace = (path: string, program: string, stop: AbortSignal): Observable<Output> =>
  new Observable((subscriber) => {
    const bpftrace = [path, '-f', 'json', '-B', 'line', '-c', '/bin/cat', PROGRAM]
    const source = openWithoutName(program)
    const child = execa('setpriv', ['--pdeathsig', 'KILL', '--', ...bpftrace], {
      stdio: ['pipe', 'pipe', 'pipe', source],
      env: { ...ENVIRONMENT, ...(existsSync(BTF) ? { BPFTRACE_BTF: BTF } : {}) },
      buffer: false,
      reject: false,
    })
    source.destroy()
    let ready = false
    const end = () => {
      // Before it is ready there is nothing to lose, and its compiler may take seconds.
      if (ready) child.stdin.end()
      else child.kill('SIGKILL')
    }
    if (stop.aborted) end()
    stop.addEventListener('abort', end)

    // Whoever ends first, a broken pipe to a bpftrace that is gone is told by its exit.
    child.stdin.on('error', () => undefined)
    child.stdin.write(`${READY}\n`)
    const words: string[] = []
    child.stderr.pipe(split2()).on('data', (line: string) => words.push(line) > 20 && words.shift())
    // split2, since readline splits on a lone carriage return, which the name of a task may hold.
    const lines = child.stdout.pipe(split2())
    lines.on('data', (line: string) => {
      if (line === READY) ready = true
      subscriber.next(line === READY ? { kind: 'ready' } : { kind: 'output', line })
    })
    const drained = new Promise((resolve) => lines.once('end', resolve))
    const finish = async () => {
      const [{ exitCode, signal }] = await Promise.all([child, drained])
      if (signal !== undefined) words.push(`killed by ${signal}`)
      subscriber.next({ kind: 'exit', code: exitCode, words: words.join('; ') })
      subscriber.complete()
    }
    void finish()
    return () => {
      stop.removeEventListener('abort', end)
      child.kill('SIGKILL')
    }
  })

// Bytes to be read by a child through /proc/self/fd, and gone with the last one who has them open.
const openWithoutName = (text: string): ReadStream => {
  const directory = mkdtempSync(join(tmpdir(), 'trace-reset-'))
  try {
    const descriptor = openSync(join(directory, 'program.bt'), 'wx+', 0o600)
    writeSync(descriptor, text)
    return createReadStream('', { fd: descriptor })
  } finally {
    rmSync(directory, { recursive: true })
  }
}
