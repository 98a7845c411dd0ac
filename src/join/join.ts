// SPDX-License-Identifier: MIT
import { alone, arrived, unclaimed, type Account, type ClockOf } from './account.ts'
import type { ClockOffset } from './clocks.ts'
import { connectionKey, wireOf, type Half } from './half.ts'
import type { Host } from './host.ts'
import { findPairs } from './pair.ts'

/** An account with the number of its connection and its time by the first host's clock, in nanoseconds since 1970. */
export type Told = Account & { connection: number; at: bigint }

/** What some recordings say together: each RST once, in order of time, and how the clocks of their hosts differ. */
export type Joined = { hosts: readonly Host[]; told: Told[]; clocks: readonly ClockOffset[] }

/** Joins the recordings of some hosts. */
export const join = (hosts: readonly Host[]): Joined => {
  const base = hosts.flatMap(({ halves }) => halves.slice(0, 1))[0]?.wall ?? 0n
  const { matches, sent, came, clocks } = findPairs(hosts, base)
  const ahead = (host: number) => (host === 0 ? 0 : clocks[host]?.ahead)
  const clockOf: ClockOf = (half, host) => {
    if (half.host === host) return half.wall
    const [here, there] = [ahead(half.host), ahead(host)]
    // Clocks that are not compared are taken for right, as NTP keeps them.
    return half.wall + BigInt(Math.round((there ?? 0) - (here ?? 0)))
  }
  const accounts = [
    ...matches.map((match) => arrived(match, hosts)),
    ...sent.map((half) => alone(half, hosts, clockOf)),
    ...came.map((half) => unclaimed(half, hosts, clockOf)),
  ]
  return { hosts, told: numbered(accounts, (half) => clockOf(half, 0) ?? half.wall), clocks }
}

// A connection is told where it first was reset; NAT gives it two names.
const numbered = (accounts: readonly Account[], timeOf: (half: Half) => bigint): Told[] => {
  const connections = new Map<string, number>()
  let last = 0
  return accounts
    .map((account) => ({ account, at: timeOf(endOf(account)) }))
    .toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)))
    .map(({ account, at }) => {
      const names = [account.sent, account.came].flatMap((half) =>
        half === null ? [] : [half.tuple, ...half.nat].map((tuple) => connectionKey(wireOf(half, tuple))),
      )
      const connection = names.map((name) => connections.get(name)).find((known) => known !== undefined) ?? ++last
      for (const name of names) connections.set(name, connection)
      return { ...account, connection, at }
    })
}

/** The end that an account is told by: the sender, where it is known. */
export const endOf = ({ sent, came }: Pick<Account, 'sent' | 'came'>): Half => {
  const half = sent ?? came
  if (half === null) throw new Error('an account without an end')
  return half
}
