// SPDX-License-Identifier: MIT
// The most memory that a command takes, told by its own Node when it ends.
import { start } from './command.ts'

const SCRIPT = `process.on('exit', () => console.error('maxRSS=' + process.resourceUsage().maxRSS))`
const NODE_OPTIONS = `--import data:text/javascript;base64,${Buffer.from(SCRIPT).toString('base64')}`

/** Runs a command of ours to its end, within 110 s; `mib` is the most memory that it took, in MiB. */
export const measured = async (args: readonly string[]): Promise<{ exitCode: number; stderr: string; mib: number }> => {
  const run = await start(args, { env: { NODE_OPTIONS }, timeout: 110_000 })
  const stderr = String(run.stderr)
  return { exitCode: run.exitCode ?? -1, stderr, mib: Number(/maxRSS=(\d+)/.exec(stderr)?.[1]) / 1024 }
}
