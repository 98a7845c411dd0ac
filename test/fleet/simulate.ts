// SPDX-License-Identifier: MIT
// A fleet: which host resets which, when and why, by chance that is the same each time; and the truth of it, counted.
import { sceneOf, type Episode, type Scene, type Setting } from './episodes.ts'

/** A recording of one reset on one host, and what it is of. */
type Event = { episode: Episode; setting: Setting; pair: boolean }

/** What the store must answer: counts by hour and cause, by pair of hosts, of listeners, of joined ends, of what is new. */
export type Truth = {
  verdicts: number
  /** By the beginning of the hour and the cause. */
  hours: Map<string, number>
  sent: Map<string, number>
  overflows: Map<string, number>
  pairs: Map<string, number>
  fresh: Map<string, number>
}

const DAY = 86_400

/** Cause at the sender, and the recording of the other end. The weights are parts of a hundred. */
const SCENES = [
  [26, 'unread-data-on-close', 'peer-aborted.unread'],
  [24, 'no-listener', 'connection-refused'],
  [14, 'linger-zero', 'peer-aborted'],
  [12, 'no-socket', 'peer-has-no-socket'],
  [12, 'process-died', undefined],
  [9, 'ignored-no-socket', undefined],
  [3, 'accept-queue-overflow.hung-server', undefined],
] as const

/** On these hosts alone, and only in the last day: what is new there. */
const FRESH = { scene: 'forged', hosts: 5, times: 3 }

/** Makes `verdicts` or a few more, on `hosts`, over the two days before `now`; writes each recording. */
export const simulate = async (
  { hosts, verdicts, now }: { hosts: number; verdicts: number; now: number },
  write: (recording: string) => Promise<void> | void,
): Promise<Truth> => {
  const scenes = await Promise.all(
    SCENES.map(async ([weight, sent, received]) => ({ weight, scene: await sceneOf(sent, received) })),
  )
  const truth: Truth = {
    verdicts: 0,
    hours: new Map(),
    sent: new Map(),
    overflows: new Map(),
    pairs: new Map(),
    fresh: new Map(),
  }
  const chance = createChance()
  const give = async (event: Event) => {
    count(truth, event)
    await write(event.episode.text(event.setting))
  }
  // No two connections of the same hosts have the same port: their RSTs have the same numbers.
  const ports = new Map<string, number>()
  while (truth.verdicts < verdicts) {
    const scene = pick(scenes, chance)
    // A tenth of all is on the first hundredth of the hosts.
    const server = Math.floor(chance() < 0.1 ? (chance() * hosts) / 100 : chance() * hosts)
    const client = (server + 1 + Math.floor(chance() * Math.min(8, hosts - 1))) % hosts
    const seconds = now - 60 - Math.floor(chance() * (2 * DAY - 120))
    const port = 10_000 + bump(ports, `${server} ${client}`)
    for (const { episode, setting } of ends(scene, { server, client, seconds, port }))
      await give({ episode, setting, pair: scene.received !== undefined && episode === scene.sent })
    if (scene.received !== undefined) bump(truth.pairs, `${scene.sent.cause} ${scene.received.cause}`)
  }
  const fresh = await sceneOf(FRESH.scene)
  for (let host = 0; host < Math.min(FRESH.hosts, hosts); host++)
    for (let time = 0; time < FRESH.times; time++) {
      const setting = { ...settingOf(host, host + 1), port: 61_000 + time, seconds: now - 3600 * (time + 1) }
      await give({ episode: fresh.sent, setting, pair: false })
      bump(truth.fresh, `${setting.host} ${fresh.sent.cause}`)
    }
  return truth
}

const ends = (
  { sent, received }: Scene,
  { server, client, seconds, port }: { server: number; client: number; seconds: number; port: number },
) => [
  { episode: sent, setting: { ...settingOf(server, client), seconds, port } },
  ...(received === undefined ? [] : [{ episode: received, setting: { ...settingOf(client, server), seconds, port } }]),
]

const settingOf = (host: number, peer: number) => ({
  host: nameOf(host),
  local: addressOf(host),
  peer: addressOf(peer),
})

const nameOf = (host: number) => `host-${String(host).padStart(4, '0')}`

const hostOf = (address: string) => {
  const [, high, low] = address.split('.').map(Number)
  return nameOf((high ?? 0) * 256 + (low ?? 0))
}

const addressOf = (host: number) => `10.${host >> 8}.${host & 255}.1`

const bump = (map: Map<string, number>, key: string): number => {
  const value = (map.get(key) ?? 0) + 1
  map.set(key, value)
  return value
}

const SENT = new Set([
  'unread-data-on-close',
  'no-listener',
  'linger-zero',
  'no-socket',
  'process-died',
  'accept-queue-overflow',
])

const count = (truth: Truth, { episode: { cause }, setting: { host, peer, seconds } }: Event) => {
  truth.verdicts += 1
  bump(truth.hours, `${new Date(Math.floor(seconds / 3600) * 3_600_000).toISOString().replace('.000', '')} ${cause}`)
  if (SENT.has(cause)) bump(truth.sent, `${host} ${hostOf(peer)}`)
  if (cause === 'accept-queue-overflow') bump(truth.overflows, host)
}

const pick = (scenes: readonly { weight: number; scene: Scene }[], chance: () => number): Scene => {
  let left = chance() * scenes.reduce((sum, { weight }) => sum + weight, 0)
  const found = scenes.find(({ weight }) => (left -= weight) < 0) ?? scenes[0]
  if (found === undefined) throw new Error('no scenes')
  return found.scene
}

// Numerical Recipes' linear congruential generator: the same fleet each time.
const createChance = () => {
  let state = 20_261_128
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 4_294_967_296
}
