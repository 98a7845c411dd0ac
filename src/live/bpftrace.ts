// SPDX-License-Identifier: MIT
import { execa } from 'execa'
import { Observable } from 'rxjs'
import split2 from 'split2'
import { MAP_KEYS } from './program.ts'

/** A line of bpftrace's standard output, or its end with the exit code and the last of its standard error. */
export type Output = { kind: 'output'; line: string } | { kind: 'exit'; code: number | undefined; words: string }

/** Both spellings: up to 0.17 the first of each pair, from 0.20 the second; 0.26 and later ignore the old ones. */
const ENVIRONMENT = {
  BPFTRACE_MAP_KEYS_MAX: String(MAP_KEYS),
  BPFTRACE_MAX_MAP_KEYS: String(MAP_KEYS),
  BPFTRACE_PERF_RB_PAGES: '256',
}

/**
 * Runs a program with bpftrace and gives its lines as they come. When `stop` fires, bpftrace is asked to end and its last
 * lines still come; unsubscribing kills it. It never outlives us, not even a SIGKILL of ours: setpriv has the kernel kill
 * it with its parent (prctl PR_SET_PDEATHSIG).
 */
export const runBpftrace = (path: string, program: string, stop: AbortSignal): Observable<Output> =>
  new Observable((subscriber) => {
    const child = execa('setpriv', ['--pdeathsig', 'KILL', '--', path, '-f', 'json', '-B', 'line', '-'], {
      input: program,
      env: ENVIRONMENT,
      buffer: false,
      reject: false,
    })
    const words: string[] = []
    const interrupt = () => void child.kill('SIGINT')
    if (stop.aborted) interrupt()
    stop.addEventListener('abort', interrupt)
    child.stderr.pipe(split2()).on('data', (line: string) => words.push(line) > 20 && words.shift())
    // split2, since readline splits on a lone carriage return, which the name of a task may hold.
    const lines = child.stdout.pipe(split2())
    lines.on('data', (line: string) => subscriber.next({ kind: 'output', line }))
    const drained = new Promise((resolve) => lines.once('end', resolve))
    void Promise.all([child, drained]).then(([{ exitCode, signal }]) => {
      if (signal !== undefined) words.push(`it was ended by ${signal}`)
      subscriber.next({ kind: 'exit', code: exitCode, words: words.join('; ') })
      subscriber.complete()
    })
    return () => {
      stop.removeEventListener('abort', interrupt)
      child.kill('SIGKILL')
    }
  })
