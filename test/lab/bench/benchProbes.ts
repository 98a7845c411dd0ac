// SPDX-License-Identifier: MIT
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { z } from 'zod'
import { compileForGuest } from '../vm/compile.ts'
import { LabError } from '../vm/errors.ts'
import { runInLab } from '../vm/vm.ts'

/** One way to watch: `bpf` the nanoseconds in its programs, by the kernel's account, for so many packets. */
const Measured = z.object({
  name: z.string(),
  packets: z.number(),
  seconds: z.number(),
  bpf: z.number(),
  programs: z.number(),
})
type Measured = z.infer<typeof Measured>

/** What a filter that does not match may cost, as a multiple of the same filter written by hand. */
const TARGET = 1.1

/** Prints what each way to watch costs a packet; the last lines hold it against bpftrace by hand. */
export const benchProbes = async (release: string): Promise<void> => {
  const program = await compileForGuest('test/lab/bench/messages.c')
  const stdout = new PassThrough()
  const rows: Measured[] = []
  print(
    'nanoseconds for one packet of 64 bytes, over veth in one emulated machine: in BPF programs by kernel.bpf_stats_enabled,\n' +
      'and in all. tcpdump copies what matches, and has no program of its own to be asked; pwru is not in Debian.\n\n',
  )
  print(cells('in BPF', 'in all', 'programs'))
  const reading = (async () => {
    for await (const line of createInterface({ input: stdout })) {
      const row = Measured.parse(JSON.parse(line))
      rows.push(row)
      print(
        cells(
          row.programs === 0 ? '-' : perPacket(row).toFixed(0),
          ((row.seconds * 1e9) / row.packets).toFixed(0),
          String(row.programs),
          row.name,
        ),
      )
    }
  })()
  const { exitCode } = await runInLab({
    release,
    command: ['python3', 'test/lab/bench/probes.py', program],
    stdout,
    timeoutSeconds: 3600,
  })
  stdout.end()
  await reading
  if (exitCode !== 0) throw new LabError(`the bench ended with ${exitCode}`, { exitCode: 3 })
  print(`\n${['another port', 'another address', 'this port'].map((name) => compared(rows, name)).join('')}`)
}

const perPacket = ({ bpf, packets }: Measured) => bpf / packets

const compared = (rows: readonly Measured[], name: string): string => {
  const ours = rows.find((row) => row.name === name)
  const byHand = rows.find((row) => row.name === `${name}, by hand`)
  if (ours === undefined || byHand === undefined) return `${name}: not measured\n`
  const times = perPacket(ours) / perPacket(byHand)
  const target = name.startsWith('another') ? `; the target is ${TARGET}${times <= TARGET ? '' : ', MISSED'}` : ''
  return `${name}: ${times.toFixed(2)} times bpftrace by hand${target}\n`
}

const cells = (first: string, second: string, third: string, name = '') =>
  `${[first, second, third].map((word) => word.padStart(10)).join('')}  ${name}\n`
const print = (text: string) => void process.stdout.write(text)
