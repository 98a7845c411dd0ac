// SPDX-License-Identifier: MIT

/** What bpftrace says in one line of `-f json`: a loss, or a line that our program printed. */
export type Message = { kind: 'lost'; count: number } | { kind: 'line'; text: string }

/**
 * Reads one line of bpftrace's JSON. Maps, warnings about helpers and attached_probes, which 0.17 writes before it
 * attaches, give undefined. Throws on what is no JSON.
 *
 * bpftrace 0.17 to 0.27 write a byte above 0x7f as `\uffffffe9`, which JSON reads as U+FFFF and four letters: it is
 * mended to U+00E9. Losses carry their number in `data` on all of them (0.27 has `count` besides).
 */
export const readMessage = (line: string): Message | undefined => {
  const message: unknown = JSON.parse(line.replaceAll(/(?<=(?<!\\)(?:\\\\)*)\\uffffff([0-9a-f]{2})/g, '\\u00$1'))
  if (typeof message !== 'object' || message === null || !('type' in message)) return undefined
  const data: unknown = 'data' in message ? message.data : undefined
  switch (message.type) {
    case 'lost_events':
      return { kind: 'lost', count: eventCount(data) }
    case 'printf':
      return typeof data === 'string' ? { kind: 'line', text: data } : undefined
    default:
      return undefined
  }
}

const eventCount = (data: unknown) =>
  typeof data === 'object' && data !== null && 'events' in data && typeof data.events === 'number' ? data.events : 1
