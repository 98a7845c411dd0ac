// SPDX-License-Identifier: MIT

/**
 * One line of bpftrace's `-f json`: a loss, a line that our program printed, the map @n, how many lines it has printed by
 * CPU, or at the end the map @sent, the number of resets sent by CPU and network namespace.
 */
export type Message =
  | { kind: 'lost'; count: number }
  | { kind: 'line'; text: string }
  | { kind: 'counts'; byCpu: Map<string, number> }
  | { kind: 'sent'; byNetns: Map<number, number> }

/**
 * Reads one line of bpftrace's JSON. Other maps, warnings about helpers, and attached_probes (0.17 writes it before it
 * attaches) give undefined. Throws on a line that is not JSON.
 *
 * bpftrace 0.17 to 0.27 write a byte above 0x7f as `\uffffffe9`, which JSON reads as U+FFFF and four letters; this
 * makes it U+00E9. All of them give the number of lost events in `data` (0.27 also has `count`).
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
    case 'map':
      return lineCounts(data) ?? sentCounts(data)
    default:
      return undefined
  }
}

const eventCount = (data: unknown) =>
  typeof data === 'object' && data !== null && 'events' in data && typeof data.events === 'number' ? data.events : 1

const lineCounts = (data: unknown): Message | undefined => {
  const counts = mapOf(data, '@n', /^\d{1,10}$/)
  return counts === undefined ? undefined : { kind: 'counts', byCpu: new Map(counts) }
}

const sentCounts = (data: unknown): Message | undefined => {
  const sent = mapOf(data, '@sent', /^\d{1,10},\d{1,10}$/)
  if (sent === undefined) return undefined
  const byNetns = new Map<number, number>()
  for (const [key, count] of sent) {
    const netns = Number(key.split(',')[1])
    byNetns.set(netns, (byNetns.get(netns) ?? 0) + count)
  }
  return { kind: 'sent', byNetns }
}

// The counts of a map by key. They go into recordings, whose schema must accept them: other pairs are left out.
const mapOf = (data: unknown, name: '@n' | '@sent', key: RegExp): [string, number][] | undefined => {
  if (typeof data !== 'object' || data === null || !(name in data)) return undefined
  const map: unknown = Object.entries(data).find(([one]) => one === name)?.[1]
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return undefined
  return Object.entries(map).filter((pair): pair is [string, number] => key.test(pair[0]) && isCount(pair[1]))
}

const isCount = (count: unknown) => typeof count === 'number' && Number.isSafeInteger(count) && count >= 0
