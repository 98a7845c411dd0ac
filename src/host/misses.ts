// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync } from 'node:fs'

/**
 * How often the kernel has not run a probe of this process: because another one ran on that CPU (bpf_prog_inc_misses_counters,
 * for kprobes since Linux 6.7), or because a kprobe was hit within a kprobe. Sums the lines of /proc/PID/fdinfo of its BPF
 * programs and links, of older kernels fewer; 0 where there are none, or the process is gone.
 */
export const readMisses = (pid: number, proc = '/proc'): number => {
  try {
    const directory = `${proc}/${pid}/fdinfo`
    return readdirSync(directory).reduce((sum, descriptor) => sum + missesIn(`${directory}/${descriptor}`), 0)
  } catch {
    return 0
  }
}

const missesIn = (file: string): number => {
  const text = readFileSync(file, 'latin1')
  return [...text.matchAll(/^(?:recursion_misses|missed):\s*(\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  )
}
