// SPDX-License-Identifier: MIT
// How long ago a socket last sent and heard, from its own clocks (src/program/fields.ts, times).
import type { Socket } from '../observation.ts'

/** `sentAgo` in nanoseconds, below 0 for what is to leave in a moment; `clockMs` since boot; the others in jiffies. */
export type Clocks = { sentAgo: number; clockMs: number; heard: readonly number[]; delackMax: number }

/** The frequencies that a kernel may be built for (kernel/Kconfig.hz). */
const FREQUENCIES = [100, 250, 300, 1000]

/** Jiffies begin so long before they are 0 (include/linux/jiffies.h, INITIAL_JIFFIES). */
const JIFFIES_BEGIN_S = 300

/** Jiffies begin to run after the clock, by no more than this. */
const LATE_S = 5

/**
 * Nanoseconds since the socket last sent a segment, and since data or an ACK last came. A time is left out where the clocks
 * do not tell it: jiffies are of a frequency that is told by TCP_DELACK_MAX alone, which a BPF program may have changed.
 */
export const agoOf = ({ sentAgo, clockMs, heard, delackMax }: Clocks): Pick<Socket, 'sent_ago' | 'heard_ago'> => {
  const hz = delackMax * 5
  if (clockMs === 0) return {}
  // A socket that was accepted has sent nothing itself: the SYN ACK was of its request socket.
  const sent = sentAgo >= clockMs * 1e6 ? {} : { sent_ago: Math.max(0, sentAgo) }
  if (!FREQUENCIES.includes(hz)) return sent
  const now = Math.floor((clockMs / 1000 - JIFFIES_BEGIN_S) * hz)
  // 32 bits are kept of jiffies, and 0 where nothing was ever heard.
  const ages = heard.filter((jiffies) => jiffies !== 0).map((jiffies) => (now - jiffies) | 0)
  const age = Math.min(...ages)
  if (ages.length === 0 || age < -LATE_S * hz) return sent
  return { ...sent, heard_ago: Math.round((Math.max(0, age) / hz) * 1e9) }
}
