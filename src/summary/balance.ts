// SPDX-License-Identifier: MIT
import { isAnswer } from '../flow/case.ts'
import { isRst } from '../flow/segment.ts'
import { isUnfiltered } from '../filter/recorded.ts'
import { seesOf, SEES_NOTHING, type Sees } from '../flow/sees.ts'
import type { Kind, Observation } from '../observation.ts'

/** The resets seen in one network namespace, and the kernel's counters of it. */
type Account = {
  /** RSTs that left: the lines about them, and the probes' own count, which misses none. */
  sent: number
  counted: number
  /**
   * Changes of state that the kernel counts as EstabResets and AttemptFails (net/ipv4/tcp.c, tcp_set_state, tcp_done).
   */
  ended: number
  obeyed: number
  before: Readonly<Record<string, number>> | undefined
  after: Readonly<Record<string, number>> | undefined
}

/** The books of one trace. */
type Ledger = {
  accounts: Map<number, Account>
  /** The network namespaces of RSTs that answer a segment and have not been seen leaving yet, by skb. */
  answers: Map<string, number>
  /** The filter of the trace leaves connections out; that of the replay leaves out more. */
  filtered: boolean
  narrowed: boolean
  lostEvents: number
  /** Where a RST that answers is not seen leaving, the attempt counts. */
  sees: Sees
  /** Every RST that this host sends passes a probe of the trace. */
  seesSent: boolean
  ended: boolean
}

/**
 * Compares what was seen with the kernel's own counters: RSTs reported and lost with OutRsts, connections that ended
 * without a close with EstabResets. With a filter, the rest belongs to connections that it leaves out. `narrows` says
 * whether a replay's filter is narrower than the one recorded: the probes counted by the wider filter, so the balance
 * then says nothing of losses.
 */
export const createBalance = (narrows: (recorded: Kind<'start'>['filter']) => boolean) => {
  const ledger: Ledger = {
    accounts: new Map(),
    answers: new Map(),
    filtered: false,
    narrowed: false,
    lostEvents: 0,
    sees: SEES_NOTHING,
    seesSent: false,
    ended: false,
  }
  return {
    see: (observation: Observation) => {
      if (observation.kind === 'start') {
        ledger.sees = seesOf(observation)
        ledger.seesSent =
          observation.probes.includes('tcp_send_active_reset') && ledger.sees.replies[4] && ledger.sees.replies[6]
        ledger.narrowed = narrows(observation.filter)
        ledger.filtered = ledger.narrowed || !isUnfiltered(observation.filter)
      } else enter(ledger, observation)
    },
    /**
     * The network namespaces in which the kernel counted more RSTs than its probes, with how many more: probes did not run for
     * them. None where that has another reason, or may have one: a filter, a loss, a probe that this kernel has not, a
     * trace that did not end in good order.
     */
    unseen: (): string[] => (explains(ledger) ? [] : [...ledger.accounts].flatMap(unseenIn)),
    /** Two lines for each network namespace in which something happened. */
    lines: (): string[] =>
      [...ledger.accounts].toSorted(([a], [b]) => a - b).flatMap(([netns, account]) => linesOf(ledger, netns, account)),
  }
}

const accountOf = ({ accounts }: Ledger, netns: number): Account => {
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

const enter = (ledger: Ledger, observation: Observation) => {
  switch (observation.kind) {
    case 'reset':
      enterReset(ledger, observation)
      return
    case 'reply': {
      const netns = ledger.answers.get(observation.skb)
      ledger.answers.delete(observation.skb)
      if (netns !== undefined) accountOf(ledger, netns).sent += 1
      return
    }
    case 'state':
      if (observation.to === 'CLOSE' && ['ESTABLISHED', 'CLOSE_WAIT'].includes(observation.from))
        accountOf(ledger, observation.tuple.netns).ended += 1
      return
    case 'lost':
      if (observation.what === 'events') ledger.lostEvents += observation.count
      return
    case 'total':
      accountOf(ledger, observation.netns).counted += observation.sent
      return
    case 'counters': {
      const account = accountOf(ledger, observation.netns)
      if (account.before === undefined) account.before = observation.values
      else account.after = observation.values
      return
    }
    case 'start':
    case 'packet':
    case 'owner':
    case 'nat':
    case 'forgot':
    case 'lookup':
    case 'tick':
    case 'call':
    case 'return':
      return
    case 'stop':
      ledger.ended = observation.error === null
  }
}

const enterReset = (ledger: Ledger, reset: Kind<'reset'>) => {
  const account = accountOf(ledger, reset.tuple.netns)
  const hasRst = reset.segment === null || isRst(reset.segment)
  if (isAnswer(reset) && !ledger.sees.replies[reset.tuple.family]) account.sent += 1
  else if (isAnswer(reset)) ledger.answers.set(reset.segment?.skb ?? '', reset.tuple.netns)
  else if (reset.fn === 'tcp_send_active_reset') account.sent += 1
  else if (reset.fn === 'tcp_reset' && hasRst) account.obeyed += 1
}

const explains = ({ filtered, seesSent, ended, lostEvents }: Ledger) =>
  filtered || !seesSent || !ended || lostEvents > 0

// The counters are read within the trace, so that RSTs around its ends make the probes' count the higher one.
const unseenIn = ([netns, { sent, counted, before, after }]: [number, Account]): string[] => {
  const more = growth('OutRsts', before, after) - Math.max(sent, counted)
  return more > 0 ? [`${netns} (${more})`] : []
}

/** By how much a counter has grown; NaN where that is not known. */
const growth = (name: string, before: Account['before'], after: Account['after']) =>
  (after?.[name] ?? NaN) - (before?.[name] ?? NaN)

const linesOf = ({ filtered, narrowed, lostEvents }: Ledger, netns: number, account: Account): string[] => {
  const { sent, counted, ended, obeyed, before, after } = account
  const lost = narrowed ? 0 : Math.max(0, counted - sent)
  const grown = (name: string) =>
    before?.[name] === undefined || after?.[name] === undefined ? undefined : after[name] - before[name]
  const rsts = grown('OutRsts')
  const resets = grown('EstabResets')
  if (sent + (narrowed ? 0 : counted) + ended + obeyed === 0 && !rsts && !resets) return []
  const seen = `${sent} reported${narrowed ? '' : ` + ${lost} lost`}`
  const ofRsts = against(sent + lost, 'OutRsts', rsts, rest(filtered, false))
  const ofResets = against(ended, 'EstabResets', resets, rest(filtered, lostEvents > 0))
  return [
    `netns ${netns}: sent: ${seen}${ofRsts}`,
    `netns ${netns}: ended without a close: ${ended}${ofResets}; ${obeyed} of all by a RST`,
  ]
}

/** Where the unseen RSTs may be, or undefined when nothing can hide them. */
const rest = (filtered: boolean, lost: boolean): string | undefined => {
  const places = [...(filtered ? ['outside of the filter'] : []), ...(lost ? ['among the events lost'] : [])]
  return places.length === 0 ? undefined : `the rest is ${places.join(' or ')}`
}

const against = (seen: number, name: string, grown: number | undefined, where: string | undefined): string => {
  if (grown === undefined) return `; the kernel's ${name} is unknown: the namespace did not exist for the whole trace`
  if (seen === grown) return ` = the increase of ${name}, ${grown}`
  if (where !== undefined && seen < grown) return ` of the increase of ${name}, ${grown}: ${where}`
  return ` DIFFERS from the increase of ${name}, ${grown}`
}
