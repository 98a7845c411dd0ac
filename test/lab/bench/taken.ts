// SPDX-License-Identifier: MIT
// A command's time and memory, as time(1) tells them.
import { execa } from 'execa'

/** Seconds of the clock, of processor, and the most memory. */
export type Taken = { seconds: number; cpu: number; mib: number }

/** An odd number: the median is one of them. */
const RUNS = 5

/** Runs it so often, and gives the medians, and the most memory. */
export const timed = async (file: string, args: readonly string[], times = RUNS): Promise<Taken> => {
  const runs: Taken[] = []
  for (let run = 0; run < times; run += 1) {
    const { stderr } = await execa('time', ['-f', '%e %U %S %M', file, ...args], { stdout: 'ignore' })
    const [seconds = 0, user = 0, system = 0, kib = 0] = (stderr.split('\n').at(-1) ?? '').split(' ').map(Number)
    runs.push({ seconds, cpu: user + system, mib: kib / 1024 })
  }
  const middle = (of: (taken: Taken) => number) =>
    runs.map(of).toSorted((a, b) => a - b)[Math.floor((times - 1) / 2)] ?? NaN
  return {
    seconds: middle(({ seconds }) => seconds),
    cpu: middle(({ cpu }) => cpu),
    mib: Math.max(...runs.map(({ mib }) => mib)),
  }
}

/** Prints a row of it, beside tshark's. */
export const row = (name: string, { seconds, cpu, mib }: Taken, shark?: Taken) =>
  print(
    [seconds.toFixed(2), cpu.toFixed(2), mib.toFixed(0)].map((cell) => cell.padStart(12)).join('') +
      `  ${name}${shark === undefined ? '' : `: ${(seconds / shark.seconds).toFixed(2)} times tshark`}\n`,
  )

/** Prints. */
export const print = (text: string) => void process.stdout.write(text)
