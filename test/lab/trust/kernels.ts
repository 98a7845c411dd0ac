// SPDX-License-Identifier: MIT
import { z } from 'zod'
import { sum, type Count } from '../../count.ts'
import { runTap } from '../vm/tap.ts'
import type { MachineOptions } from '../vm/qemu.ts'

/** Kernels that an operator may have, beside those of the gauntlet: flavours of Debian, and what a command line or a machine changes. */
const KERNELS: readonly ({ name: string; release: string } & MachineOptions)[] = [
  { name: 'Debian 13, cloud', release: 'trixie' },
  { name: 'Debian 13, generic', release: 'generic-trixie' },
  { name: 'Debian 13, PREEMPT_RT', release: 'rt-trixie' },
  { name: 'Debian 12, PREEMPT_RT', release: 'rt-bookworm' },
  { name: 'Debian 13, arm64', release: 'arm64-trixie' },
  { name: 'IPv6 off', release: 'trixie', kernelArguments: ['ipv6.disable=1'] },
  { name: 'lockdown=integrity', release: 'trixie', kernelArguments: ['lockdown=integrity'] },
  { name: 'lockdown=confidentiality', release: 'trixie', kernelArguments: ['lockdown=confidentiality'] },
  { name: '128 possible CPUs', release: 'trixie', possibleCpus: 128, memoryMib: 4096 },
  { name: '128 possible CPUs, 6.1', release: 'bookworm', possibleCpus: 128, memoryMib: 4096 },
]

const Row = z.object({
  module: z.string(),
  lacking: z.array(z.string()),
  traced: z.string(),
  foretold: z.int().nullable(),
  taken: z.int().nullable(),
})

/** Tries a trace on each of these kernels. Prints TAP, and a table in the end of what the tool can do there. */
export const tryKernels = async (): Promise<Count> => {
  const counts: Count[] = []
  const rows = [
    '| kernel | version | module | doctor misses | memory foretold | maps, by the kernel | a trace of 20 resets |',
    '| --- | --- | --- | --- | --- | --- | --- |',
  ]
  for (const { name, ...machine } of KERNELS) {
    const command = ['python3', 'test/lab/trust/kernel.py']
    let version = ''
    counts.push(
      await runTap({ ...machine, command, timeoutSeconds: 3600 }, (line) => {
        version ||= /^# Linux (\S+)/.exec(line)?.[1] ?? ''
        const told = /^# row: (.*)$/.exec(line)?.[1]
        if (told === undefined) return
        const { module, lacking, traced, foretold, taken } = Row.parse(JSON.parse(told))
        rows.push(
          `| ${name} | ${version} | ${module} | ${lacking.join(', ')} | ${megabytes(foretold)} | ${megabytes(taken)} | ${traced} |`,
        )
      }),
    )
  }
  process.stdout.write(`${rows.join('\n')}\n`)
  return sum(counts)
}

const megabytes = (count: number | null) => (count === null ? '' : `${count} MB`)
