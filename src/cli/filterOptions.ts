// SPDX-License-Identifier: MIT
import { Option, type Command } from 'commander'
import { usageError } from '../errors.ts'
import { parseAddresses } from '../filter/address.ts'
import { parseEndpoints, unwantedOf, wantedOf, type Endpoint } from '../filter/endpoint.ts'
import { ANY, everyAddress, families, type Filter } from '../filter/filter.ts'
import { parseNetns, type FindNetns } from '../filter/netns.ts'
import { parsePorts, type Range, type ServicePort } from '../filter/port.ts'
import { ANY_VERDICT, optionName, QUESTIONS, type VerdictFilter } from '../filter/verdict.ts'

/** What this machine calls its ports and network namespaces. */
export type Names = { servicePort: ServicePort; findNetns: FindNetns }

/** Reads the value of an option; throws a usage error. */
type Parse<T> = (option: string, text: string) => readonly T[]

type Add = <T>(name: string, value: string, about: string, parse: Parse<T>) => void

const CONNECTIONS = 'Which connections (a,b is a or b; each has an opposite, as --not-peer):'
const VERDICTS = 'Which resets, by their verdict (each has an opposite, as --not-comm):'

/** The options that select connections, each with its opposite. */
export const withFilter = (command: Command, names: Names): Command => {
  withBoth(command, CONNECTIONS, connection(names))
  for (const [flags, about] of FAMILIES) command.addOption(new Option(flags, about).helpGroup(CONNECTIONS))
  return command
}

const FAMILIES = [
  ['-4, --ipv4', 'of IPv4 alone'],
  ['-6, --ipv6', 'of IPv6 alone'],
] as const

/** The options that select verdicts, each with its opposite. */
export const withVerdictFilter = (command: Command): Command => withBoth(command, VERDICTS, verdict)

/** The options that name one connection; they have no opposites. */
export const withTuple = (command: Command, names: Names): Command => {
  connection(names)((name, value, about, parse) => addList(command, `--${name} <${value}>`, about, parse))
  return command
}

const connection = (names: Names) => (add: Add) => {
  const ports = portsBy(names)
  const ends: Parse<Endpoint> = (option, text) => parseEndpoints(option, text, names.servicePort)
  add('peer', 'addr:port', 'the peer, as 192.0.2.7, [2001:db8::7]:443 or :443', ends)
  add('local', 'addr:port', 'this end, in the same way', ends)
  add('saddr', 'addresses', "the peer's address: 192.0.2.0/24, 2001:db8::7", parseAddresses)
  add('sport', 'ports', "the peer's port: 443, 8000-8100, https", ports)
  add('daddr', 'addresses', 'the address here', parseAddresses)
  add('dport', 'ports', 'the port here', ports)
  add('netns', 'namespaces', 'inode, PID, path, name of ip netns, or all', (option, text) =>
    parseNetns(option, text, names.findNetns),
  )
}

const portsBy =
  ({ servicePort }: Names): Parse<Range> =>
  (option, text) =>
    parsePorts(option, text, servicePort)

const verdict = (add: Add) => {
  for (const { name, values, about, parse } of QUESTIONS) add<string | number>(optionName(name), values, about, parse)
}

const withBoth = (command: Command, group: string, addAll: (add: Add) => void) => {
  addAll((name, value, about, parse) => {
    addList(command, `--${name} <${value}>`, about, parse).helpGroup(group)
    addList(command, `--not-${name} <${value}>`, about, parse).helpGroup(group).hideHelp()
  })
  return command
}

const addList = <T>(command: Command, flags: string, about: string, parse: Parse<T>): Option => {
  const [flag = ''] = flags.split(' ')
  const option = new Option(flags, about).argParser<readonly T[] | undefined>((text, previous) => [
    ...(previous ?? []),
    ...parse(flag, text),
  ])
  command.addOption(option)
  return option
}

/** Options that say what others do, in the words of other tools. */
type Shorthand = {
  ipv4?: true
  ipv6?: true
  peer?: readonly Endpoint[]
  notPeer?: readonly Endpoint[]
  local?: readonly Endpoint[]
  notLocal?: readonly Endpoint[]
}

/**
 * Fills in empty lists for options that were not given, and what shorthands stand for. Throws a usage error on options that
 * contradict each other.
 */
export const checked = <T extends object>(given: T & Partial<Filter> & Shorthand): T & Filter & VerdictFilter => {
  const options = { ...ANY, ...ANY_VERDICT, ...given }
  const [peer, local] = [wantedOf('--peer', given.peer ?? []), wantedOf('--local', given.local ?? [])]
  options.saddr = eitherOf('--saddr', options.saddr, '--peer', peer.addresses)
  options.sport = eitherOf('--sport', options.sport, '--peer', peer.ports)
  options.daddr = eitherOf('--daddr', options.daddr, '--local', local.addresses)
  options.dport = eitherOf('--dport', options.dport, '--local', local.ports)
  const [notPeer, notLocal] = [
    unwantedOf('--not-peer', given.notPeer ?? []),
    unwantedOf('--not-local', given.notLocal ?? []),
  ]
  options.notSaddr = [...options.notSaddr, ...notPeer.addresses]
  options.notSport = [...options.notSport, ...notPeer.ports]
  options.notDaddr = [...options.notDaddr, ...notLocal.addresses]
  options.notDport = [...options.notDport, ...notLocal.ports]
  // With both, either.
  if (given.ipv4 !== given.ipv6) options.notSaddr = [...options.notSaddr, everyAddress(given.ipv4 === true ? 6 : 4)]
  families(options)
  if (options.notNetns.includes('all'))
    throw usageError('--not-netns all excludes every connection', 'leave it out, or name those to exclude')
  return options
}

// Both together would have to hold, and one list is of alternatives.
const eitherOf = <T>(option: string, one: readonly T[], other: string, more: readonly T[]): readonly T[] => {
  if (one.length > 0 && more.length > 0)
    throw usageError(`${option} and ${other} ask the same`, `${other} stands for both; give one of them`)
  return one.length > 0 ? one : more
}
