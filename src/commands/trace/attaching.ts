// SPDX-License-Identifier: MIT
import type { Io } from '../../cli/io.ts'

/** Milliseconds without a word: most traces have begun by then. */
const SILENT_MS = 2000

/** Says how long bpftrace has been compiling and attaching. */
export type Attaching = { begin: (probes: number) => void; end: () => void }

/**
 * On a terminal: `attaching 14 probes, 3 s` after two seconds, written over each second until the end, where the line is cleared.
 * bpftrace takes 2 to 20 seconds for that, by the version and the number of probes.
 */
export const createAttaching = ({ status }: Pick<Io, 'status'>): Attaching => {
  let timer: NodeJS.Timeout | undefined
  const end = () => {
    if (timer === undefined) return
    clearInterval(timer)
    timer = undefined
    status?.('')
  }
  return {
    begin: (probes) => {
      end()
      if (status === undefined) return
      const begun = performance.now()
      timer = setInterval(() => {
        const passed = performance.now() - begun
        if (passed >= SILENT_MS) status(`attaching ${probes} probes, ${Math.floor(passed / 1000)} s`)
      }, 1000)
    },
    end,
  }
}
