// SPDX-License-Identifier: MIT
import { createReadStream, existsSync, mkdtempSync, openSync, rmSync, writeSync, type ReadStream } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { Observable } from 'rxjs'
import split2 from 'split2'
import { inSlices } from './slices.ts'

/**
 * What bpftrace does: all probes are attached, a line of standard output, or its end with its last lines of standard
 * error.
 */
export type Output =
  | { kind: 'ready'; pid: number | undefined }
  | { kind: 'output'; line: string }
  | { kind: 'exit'; code: number | undefined; words: string }

/**
 * bpftrace 0.17 looks for the kernel's BTF by id, which kernels before 5.11 do not have; there it knows no struct
 * unless the file is named. It crashes when the named file does not exist.
 */
const BTF = '/sys/kernel/btf/vmlinux'

/** The program is passed as an unlinked file: an argument may have at most 128 KiB (MAX_ARG_STRLEN). */
const PROGRAM = '/proc/self/fd/3'

/** The line by which our command under bpftrace reports that all probes are attached; bpftrace never prints it. */
const READY = 'trace-reset: all probes are attached'

/** The executable, the sizes of its maps and buffers (src/program/limits.ts), and the text of the program. */
export type Command = { path: string; limits: Readonly<Record<string, string>>; program: string }

/** So long after it was asked to end, and after its last line, bpftrace has hung: it detaches probes in seconds. */
const END_MS = 60_000

/**
 * Runs a program with bpftrace and gives its lines as they come. `stop` asks bpftrace to end, and its last lines still
 * come. Unsubscribing kills it.
 *
 * bpftrace runs our command cat (-c) and ends in good order when cat ends; we hold cat's standard input. bpftrace
 * starts cat when all probes are attached, so the line that cat repeats is the only sure sign of that: the message
 * attached_probes comes earlier. SIGINT cannot end bpftrace: 0.17 misses one that comes while it attaches or prints.
 *
 * bpftrace never outlives us, even when SIGKILL ends us: by setpriv, the kernel kills it with its parent
 * (PR_SET_PDEATHSIG). One that does not end is killed, `endMs` milliseconds after its last line, and its exit says so.
 */
export const runBpftrace = (
  { path, limits, program }: Command,
  stop: AbortSignal,
  endMs: number = END_MS,
): Observable<Output> =>
  new Observable((subscriber) => {
    const bpftrace = [path, '-f', 'json', '-B', 'line', '-c', '/bin/cat', PROGRAM]
    const source = openWithoutName(program)
    const child = execa('setpriv', ['--pdeathsig', 'KILL', '--', ...bpftrace], {
      stdio: ['pipe', 'pipe', 'pipe', source],
      env: { ...limits, ...(existsSync(BTF) ? { BPFTRACE_BTF: BTF } : {}) },
      buffer: false,
      reject: false,
    })
    source.destroy()
    const words: string[] = []
    let ready = false
    let hung: NodeJS.Timeout | undefined
    const end = () => {
      // Before bpftrace is ready there is no event to lose, and its compiler may take seconds.
      if (!ready) return void child.kill('SIGKILL')
      child.stdin.end()
      hung = setTimeout(() => {
        words.push(`it did not end within ${endMs / 1000} s`)
        child.kill('SIGKILL')
      }, endMs)
    }
    if (stop.aborted) end()
    stop.addEventListener('abort', end)

    // bpftrace may be gone already: the exit reports that, not the broken pipe.
    child.stdin.on('error', () => undefined)
    child.stdin.write(`${READY}\n`)
    child.stderr.pipe(split2()).on('data', (line: string) => words.push(line) > 20 && words.shift())
    // split2 and not readline: readline splits at a carriage return, which a task's name may contain.
    const drained = inSlices(child.stdout.pipe(split2()), (line) => {
      if (line === READY) ready = true
      hung?.refresh()
      subscriber.next(line === READY ? { kind: 'ready', pid: child.pid } : { kind: 'output', line })
    })
    const finish = async () => {
      const [{ exitCode, signal }] = await Promise.all([child, drained])
      clearTimeout(hung)
      if (signal !== undefined) words.push(`killed by ${signal}`)
      subscriber.next({ kind: 'exit', code: exitCode, words: words.join('; ') })
      subscriber.complete()
    }
    finish().catch((error: unknown) => subscriber.error(error))
    return () => {
      stop.removeEventListener('abort', end)
      clearTimeout(hung)
      child.kill('SIGKILL')
    }
  })

// A file without a name, for a child to read through /proc/self/fd. It is gone when the last process closes it.
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
