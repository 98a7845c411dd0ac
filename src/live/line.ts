// SPDX-License-Identifier: MIT
import type { NameFrame } from '../host/kernelText.ts'
import type { FlowFacts, Observation, Segment, Socket, Task } from '../observation.ts'
import { socketNumbers } from '../program/fields.ts'
import type { Names } from '../program/names.ts'
import { stepName } from '../program/packetPath.ts'
import { agoOf } from './ago.ts'
import { split, type Fields } from './split.ts'
import { readAddress, readAnswers, readTuple } from './tuple.ts'

/**
 * Turns a line of our own program, `reset fn=tcp_reset at=123 ... stack=... comm=...`, into an Observation; the cgroup of a
 * task is its number still. Throws on a line that is not whole: the caller counts it as lost.
 */
export const readLine = (line: string, names: Names, nameFrame: NameFrame = believed): Observation => {
  const { kind, fields, stack } = split(line)
  const at = fields.time('at')
  if (kind === 'tick') return { kind, at }
  const event = { at, cpu: fields.number('cpu'), fn: fields.text('fn') }
  if (kind === 'reply') return { kind, ...event, skb: fields.hex('skb') }
  if (kind === 'return') {
    return { kind, ...event, who: fields.hex('who'), value: names.value(event.fn, fields.hex('value')) }
  }
  const tuple = readTuple(fields)
  if (kind === 'nat') return { kind, ...event, tuple, reply: readAnswers(fields) }
  if (kind === 'forgot') return { kind, ...event, tuple, since: fields.time('since') }
  switch (kind) {
    case 'call':
      return {
        kind,
        ...event,
        who: fields.hex('who'),
        tuple,
        segment: fields.given('skb') ? readSegment(fields) : null,
        socket: fields.given('sk') ? { sk: fields.hex('sk'), state: fields.state('state') } : null,
        was: readWas(fields, tuple),
        ...readWay(fields),
        reason: readReason(fields, names.drop),
        location: fields.text('location') || null,
      }
    case 'packet':
      return {
        kind,
        ...event,
        tuple,
        segment: readSegment(fields),
        first: false,
        ...(fields.given('sk') ? { socket: readSocket(fields) } : {}),
      }
    case 'state': {
      const task = fields.has('pid') ? readTask(fields) : NOBODY
      return { kind, ...event, tuple, sk: fields.hex('sk'), ...readChange(fields), task }
    }
    case 'owner':
      return { kind, ...event, tuple, sk: fields.hex('sk'), task: readTask(fields) }
    case 'reset':
      return {
        kind,
        ...event,
        tuple,
        segment: fields.given('skb') ? readSegment(fields) : null,
        socket: fields.given('sk') ? readSocket(fields) : null,
        task: fields.has('pid') ? readTask(fields) : null,
        stack: withCaller(readStack(stack, nameFrame), fields, nameFrame),
        reason: readReason(fields, names.reset),
        flow: readFlow(fields),
        ...(fields.given('own_rst') ? { own_rst: fields.number('own_rst') } : {}),
      }
    default:
      throw new Error(`no such line: ${JSON.stringify(kind)}`)
  }
}

const readChange = (fields: Fields) => {
  const to = fields.state('to')
  return {
    from: fields.state('from'),
    to,
    // Before it is closed an error may be an old one, which nobody has asked for.
    ...(to === 'CLOSE' && fields.has('sk_err') ? { sk_err: fields.number('sk_err') } : {}),
    ...(fields.given('time_wait') ? { no_time_wait: fields.number('time_wait') === 2 } : {}),
    ...(fields.given('bound') ? { bound: fields.number('bound') } : {}),
  }
}

/**
 * No function on the ways of TCP is longer, in bytes: with a larger offset the address is in code that bpftrace does not
 * know, and the name is the last one below it.
 */
const LONGEST_FUNCTION = 16_384

const believed: NameFrame = (_, name) => name

// A frame as kstack(perf) prints it: `ffffffffb4019501 do_mmap+1`.
const readStack = (stack: string, nameFrame: NameFrame): string[] =>
  [...stack.matchAll(/^\s*([0-9a-f]{8,16}) ([\w.]+)\+(\d+)/gm)].flatMap(([, address = '', symbol = '', offset]) => {
    const name = nameFrame(address, symbol)
    return name === undefined || (name === symbol && Number(offset) >= LONGEST_FUNCTION) ? [] : name
  })

// On arm64, where a probe at the first instruction of a function prints it (src/program/holes.ts). A kernel whose stacks are whole
// has it there, too.
const withCaller = (stack: string[], fields: Fields, nameFrame: NameFrame): string[] => {
  const caller = fields.given('caller') ? nameFrame(fields.hex('caller'), fields.text('caller_name')) : undefined
  const [first, second] = stack
  return caller === undefined || first === undefined || caller === second ? stack : [first, caller, ...stack.slice(1)]
}

// Told only where the packet is another one now, to the eye: the same addresses are no news.
const readWas = (fields: Fields, { family, daddr, dport, netns }: ReturnType<typeof readTuple>) => {
  if (!fields.given('was_at')) return null
  const was = {
    at: fields.time('was_at'),
    fn: stepName(fields.number('was_fn')),
    netns: fields.number('was_netns'),
    daddr: readAddress(fields, family, 'was_d0', 'was_d1'),
    dport: fields.number('was_dport'),
  }
  return was.netns === netns && was.daddr === daddr && was.dport === dport ? null : was
}

const readSegment = (fields: Fields): Segment => ({
  skb: fields.hex('skb'),
  flags: fields.number('flags'),
  seq: fields.number('seq'),
  ack: fields.number('ack'),
  window: fields.number('window'),
  length: fields.number('length'),
  ttl: fields.number('ttl'),
  ip_id: fields.number('ip_id'),
  ...(fields.has('dev') ? { dev: fields.text('dev') } : {}),
  ...(fields.given('ifindex') ? { ifindex: fields.number('ifindex') } : {}),
  ...(fields.given('iif') ? readInterface(fields) : {}),
})

// TCP takes the interface away from a segment for a full socket, and its index stays. A name is known of the loopback
// interface, whose index is always the same (include/net/flow.h, LOOPBACK_IFINDEX), and of that by which the socket sends.
const readInterface = (fields: Fields): Pick<Segment, 'dev'> => {
  const index = fields.number('iif')
  if (index === 1) return { dev: 'lo' }
  return index === fields.number('route') ? { dev: fields.text('route_dev') } : {}
}

const WAYS = ['in', 'through', 'out'] as const

const readWay = (fields: Fields) => {
  const way = fields.given('way') ? WAYS[fields.number('way') - 1] : undefined
  return way === undefined ? {} : { way }
}

const isSocketNumber = (name: string): name is keyof typeof socketNumbers => name in socketNumbers

const SOCKET_NUMBERS = Object.keys(socketNumbers).filter(isSocketNumber)

const readSocket = (fields: Fields): Socket => {
  const state = fields.state('state')
  const socket: Socket = { sk: fields.hex('sk'), state }
  if (state === 'TIME_WAIT') {
    const rcv_nxt = fields.has('tw_rcv_nxt') ? { rcv_nxt: fields.number('tw_rcv_nxt') } : {}
    return { ...socket, substate: fields.state('substate'), ...rcv_nxt, ...readWindow(fields) }
  }
  if (state === 'NEW_SYN_RECV') {
    const sent = fields.has('snt_isn') ? { snt_isn: fields.number('snt_isn') } : {}
    return { ...socket, ...readWindow(fields), ...sent }
  }
  for (const name of SOCKET_NUMBERS) if (fields.has(name)) socket[name] = fields.number(name)
  if (fields.has('clock')) Object.assign(socket, readTimes(fields))
  if (fields.given('route')) socket.route = fields.number('route')
  if (fields.given('cookie')) socket.cookie = fields.hex('cookie')
  if (fields.given('request')) socket.request = fields.number('request') === 1
  // Bits of enum sock_flags (include/net/sock.h): SOCK_DEAD is 0, SOCK_LINGER is 4 on every kernel of the matrix.
  if (fields.has('sk_flags')) {
    socket.dead = (fields.bits('sk_flags') & 1n) !== 0n
    socket.linger = (fields.bits('sk_flags') & 16n) !== 0n
  }
  return socket
}

const readTimes = (fields: Fields) => {
  const [clock, heard] = [fields.bits('clock'), fields.bits('heard')]
  return agoOf({
    sentAgo: fields.number('sent_ago'),
    clockMs: Number(clock >> 16n),
    delackMax: Number(clock & 0xffffn),
    heard: [Number(heard >> 32n), Number(heard & 0xffffffffn)],
  })
}

// A mini-socket's, where its probe knows where in memory it is.
const readWindow = (fields: Fields) =>
  fields.has('mini_rcv_nxt') ? { rcv_nxt: fields.number('mini_rcv_nxt'), rcv_wnd: fields.number('mini_rcv_wnd') } : {}

/** The task of a change of state that runs on anybody's back: none is told. */
const NOBODY: Task = { pid: 0, comm: '', exit_code: null }

const readTask = (fields: Fields): Task => {
  const flags = fields.has('task_flags') ? fields.bits('task_flags') : 0n
  return {
    pid: fields.number('pid'),
    comm: fields.text('comm'),
    exit_code: (flags & PF_EXITING) === 0n || !fields.has('exit_code') ? null : fields.number('exit_code'),
    ...((flags & PF_KTHREAD) === 0n ? {} : { kthread: true as const }),
    ...(fields.given('cgroup') ? { cgroup: fields.hex('cgroup') } : {}),
  }
}

/** include/linux/sched.h: the task is in do_exit(), or is a thread of the kernel. */
const PF_EXITING = 0x4n
const PF_KTHREAD = 0x200000n

const readReason = (fields: Fields, name: (number: number) => string) =>
  fields.has('reason') && fields.number('reason') !== -1 ? name(fields.number('reason')) : null

const readFlow = (fields: Fields): FlowFacts | null => {
  const made = fields.has('made') ? Number(fields.bits('made')) : 0
  const iif = made >>> 8 === 0 ? {} : { iif: made >>> 8 }
  if (!fields.given('flow_ttl')) return made === 0 ? null : { ttl: made & 255, ...iif }
  return {
    ttl: fields.number('flow_ttl'),
    ...(fields.given('flow_other_ttl') ? { other_ttl: fields.number('flow_other_ttl') } : {}),
    packets: fields.number('flow_packets'),
    last: fields.time('flow_last'),
    ...iif,
  }
}
