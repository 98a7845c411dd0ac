// SPDX-License-Identifier: MIT
import { isAnswer } from '../flow/case.ts'
import { FLAG } from '../flow/states.ts'
import { isUnfiltered } from '../filter/recorded.ts'
import type { Kind, Observation } from '../observation.ts'

/** What was seen of one network namespace, and what the kernel counted. */
type Account = {
  /** Lines about RSTs that left, and how many the probes counted, lines or none. */
  sent: number
  counted: number
  /** Changes of state that the kernel counts as EstabResets and AttemptFails (net/ipv4/tcp.c, tcp_set_state, tcp_done). */
  ended: number
  obeyed: number
  before: Readonly<Record<string, number>> | undefined
  after: Readonly<Record<string, number>> | undefined
}

/**
 * Holds what was seen against the kernel's own counters: RSTs reported and lost against OutRsts, connections that ended
 * without a close against EstabResets. With a filter, the rest is of connections that it does not select. A replay that
 * `narrows` the filter of its recording leaves out what the probes had counted: then nothing is said of what was lost.
 */
export const createBalance = (narrows: (recorded: Kind<'start'>['filter']) => boolean) => {
  const accounts = new Map<number, Account>()
  const answers = new Map<string, number>()
  let filtered = false
  let narrowed = false
  let lostEvents = 0

  const of = (netns: number): Account => {
    const account = accounts.get(netns) ?? {
      sent: 0,
      counted: 0,
      ended: 0,
      obeyed: 0,
      before: undefined,
      after: undefined,
    }
    accounts.set(netns, account)
    return account
  }

  const see = (observation: Observation) => {
    switch (observation.kind) {
      case 'start':
        narrowed = narrows(observation.filter)
        filtered = narrowed || !isUnfiltered(observation.filter)
        return
      case 'reset': {
        const account = of(observation.tuple.netns)
        const rst = observation.segment === null || (observation.segment.flags & FLAG.rst) !== 0
        if (isAnswer(observation)) answers.set(observation.segment?.skb ?? '', observation.tuple.netns)
        else if (observation.fn === 'tcp_send_active_reset') account.sent += 1
        else if (observation.fn === 'tcp_reset' && rst) account.obeyed += 1
        return
      }
      case 'reply': {
        const netns = answers.get(observation.skb)
        answers.delete(observation.skb)
        if (netns !== undefined) of(netns).sent += 1
        return
      }
      case 'state':
        if (observation.to === 'CLOSE' && ['ESTABLISHED', 'CLOSE_WAIT'].includes(observation.from))
          of(observation.tuple.netns).ended += 1
        return
      case 'lost':
        if (observation.what === 'events') lostEvents += observation.count
        return
      case 'total':
        of(observation.netns).counted += observation.sent
        return
      case 'counters': {
        const account = of(observation.netns)
        if (account.before === undefined) account.before = observation.values
        else account.after = observation.values
        return
      }
      case 'packet':
      case 'owner':
      case 'lookup':
      case 'tick':
      case 'call':
      case 'return':
      case 'stop':
    }
  }

  const line = ([netns, { sent, counted, ended, obeyed, before, after }]: readonly [number, Account]): string[] => {
    const lost = narrowed ? 0 : Math.max(0, counted - sent)
    const grown = (name: string) =>
      before?.[name] === undefined || after?.[name] === undefined ? undefined : after[name] - before[name]
    const rsts = grown('OutRsts')
    const resets = grown('EstabResets')
    if (sent + (narrowed ? 0 : counted) + ended + obeyed === 0 && !rsts && !resets) return []
    return [
      `netns ${netns}: sent: ${sent} reported${narrowed ? '' : ` + ${lost} lost`}${against(sent + lost, 'OutRsts', rsts, rest(filtered, false))}`,
      `netns ${netns}: ended without a close: ${ended}${against(ended, 'EstabResets', resets, rest(filtered, lostEvents > 0))}; ${obeyed} of all by a RST`,
    ]
  }

  return { see, lines: (): string[] => [...accounts].toSorted(([a], [b]) => a - b).flatMap(line) }
}

/** Where those may be that were not seen, if they may be anywhere. */
const rest = (filtered: boolean, lost: boolean): string | undefined => {
  const places = [...(filtered ? ['outside of the filter'] : []), ...(lost ? ['among the events lost'] : [])]
  return places.length === 0 ? undefined : `the rest is ${places.join(' or ')}`
}

const against = (seen: number, name: string, grown: number | undefined, where: string | undefined): string => {
  if (grown === undefined) return `; the kernel's ${name} is not known: the namespace was not there at both ends`
  if (seen === grown) return ` = the increase of ${name}, ${grown}`
  if (where !== undefined && seen < grown) return ` of the increase of ${name}, ${grown}: ${where}`
  return ` DIFFERS from the increase of ${name}, ${grown}`
}
