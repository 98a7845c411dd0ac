// SPDX-License-Identifier: MIT
import { existsSync, readlinkSync } from 'node:fs'
import { execa } from 'execa'

/** What this machine has for what a trace may be given to, and for ways to run it. */
export type Ways = {
  /** Whether PIDs are here what they are to the kernel's probes; in a container they may be its own. */
  hostPids: boolean
  /** Whether logger(1) writes to the journal, and journald listens. */
  logger: boolean
  journald: boolean
  /** Whether systemd runs here, and has our unit. */
  systemd: boolean
  unit: boolean
  dkms: boolean
  /** Whether DKMS has the source of our module. */
  source: boolean
  /** What shows the packets of --pcapng, if anything does. */
  wireshark: string | undefined
}

/** Where journald listens (systemd-journald.service(8)). */
export const JOURNALD_SOCKET = '/run/systemd/journal/socket'

const UNITS = ['/etc', '/usr/lib', '/lib'].map((root) => `${root}/systemd/system/trace-reset.service`)

/** Reads them. `version` is that of this tool, by which DKMS knows the module. */
export const readWays = async (version: string): Promise<Ways> => {
  const asked = execa('sh', ['-c', 'command -v dkms tshark wireshark'], { reject: false, stdin: 'ignore' })
  const takesJournal = execa('logger', ['--help'], { reject: false, stdin: 'ignore', timeout: 30_000 })
  const [{ stdout: found }, { stdout: help }] = await Promise.all([asked, takesJournal])
  return {
    hostPids: hasHostPids(),
    logger: help.includes('--journald'),
    journald: existsSync(JOURNALD_SOCKET),
    systemd: existsSync('/run/systemd/system'),
    unit: UNITS.some((path) => existsSync(path)),
    dkms: /\/dkms$/m.test(found),
    source: existsSync(`/usr/src/tcphash-${version}`),
    wireshark: /\/(tshark|wireshark)$/m.exec(found)?.[1],
  }
}

/** The inode of the kernel's first PID namespace (PROC_PID_INIT_INO, include/linux/proc_ns.h). */
const FIRST_PIDS = 'pid:[4026531836]'

const hasHostPids = () => {
  try {
    return readlinkSync('/proc/self/ns/pid') === FIRST_PIDS
  } catch {
    // Without /proc nothing is known of processes at all.
    return false
  }
}
