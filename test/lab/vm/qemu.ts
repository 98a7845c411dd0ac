// SPDX-License-Identifier: MIT
import { type ChildProcess, spawn } from 'node:child_process'
import { Duplex } from 'node:stream'
import type { Image } from './image.ts'

/** A running virtual machine: one two-way stream per virtio port of the guest (see guest/run). */
export type Machine = {
  readonly process: ChildProcess
  readonly control: Duplex
  readonly stdout: Duplex
  readonly stderr: Duplex
  readonly out: Duplex
}

const PORTS = ['control', 'stdout', 'stderr', 'out'] as const
const FIRST_PORT_FD = 3
const CPUS = 2
const MEMORY_MIB = 2048

/** What a run may want other than usual. */
export type MachineOptions = {
  /** More words for the kernel's command line, such as `lockdown=integrity`. */
  readonly kernelArguments?: readonly string[]
  /** The machine's memory. Default 2048. */
  readonly memoryMib?: number
  /** Processors that may come while it runs, for which the kernel makes its per-CPU memory now. Default: those that are there. */
  readonly possibleCpus?: number
}

/**
 * Starts QEMU on an image, with a job's tar as second disk.
 * @param consoleLog path of a file that gets the kernel's console and QEMU's own messages
 */
export const startMachine = (
  image: Image,
  jobTar: string,
  consoleLog: string,
  options: MachineOptions = {},
): Machine => {
  // Killed with this process however that ends; and in a session of its own, so that Ctrl-C on a terminal, which goes
  // to the whole process group, reaches only the lab and not QEMU.
  const args = [
    '--pdeathsig',
    'KILL',
    '--',
    machineOf(image).program,
    ...qemuArguments(image, jobTar, consoleLog, options),
  ]
  const qemu = spawn('setpriv', args, {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', ...PORTS.map(() => 'pipe' as const)],
  })
  const port = (index: number): Duplex => {
    const stream: unknown = qemu.stdio[FIRST_PORT_FD + index]
    // Node makes every further pipe a two-way socket, which its types do not say.
    if (stream instanceof Duplex) return stream
    throw new TypeError(`QEMU's descriptor ${FIRST_PORT_FD + index} is no socket`)
  }
  return { process: qemu, control: port(0), stdout: port(1), stderr: port(2), out: port(3) }
}

/** QEMU's program, machine and processor for an architecture, and the kernel's name of its serial line. */
const MACHINES = {
  // QEMU 7.2's emulation of cmpxchg16b breaks kernels 6.12 and later.
  amd64: { program: 'qemu-system-x86_64', machine: ['-cpu', 'Nehalem,cx16=off'], terminal: 'ttyS0' },
  // One without pointer authentication, which takes much of an emulator's time.
  arm64: { program: 'qemu-system-aarch64', machine: ['-machine', 'virt', '-cpu', 'cortex-a57'], terminal: 'ttyAMA0' },
} as const

const machineOf = ({ release }: Image) => MACHINES[release.arch ?? 'amd64']

const qemuArguments = (
  image: Image,
  jobTar: string,
  consoleLog: string,
  { kernelArguments = [], memoryMib = MEMORY_MIB, possibleCpus = CPUS }: MachineOptions,
): string[] => {
  const { machine, terminal } = machineOf(image)
  return [
    ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    // Emulation even where there is /dev/kvm: on a nested host it may exist and not run these kernels.
    ['-accel', 'tcg,thread=multi', ...machine],
    ['-smp', `${CPUS},maxcpus=${possibleCpus}`, '-m', String(memoryMib)],
    ['-kernel', image.vmlinuz, '-initrd', image.initrd],
    // Under emulation the mitigations guard nothing, and page table isolation alone doubles the time of all that runs.
    ['-append', [`console=${terminal}`, 'panic=-1', 'mitigations=off', ...kernelArguments].join(' ')],
    ['-drive', `file=${image.disk},format=raw,if=virtio,snapshot=on`],
    ['-drive', `file=${jobTar},format=raw,if=virtio,readonly=on`],
    ['-serial', `file:${consoleLog}`],
    ['-device', 'virtio-serial-pci'],
    ...PORTS.flatMap((name, index) => [
      ['-chardev', `socket,id=${name},fd=${FIRST_PORT_FD + index}`],
      ['-device', `virtserialport,chardev=${name},nr=${index + 1}`],
    ]),
  ].flat()
}
