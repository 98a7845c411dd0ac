// SPDX-License-Identifier: MIT
import type { Cause } from '../cause.ts'
import { closerText } from '../closer.ts'
import { ownerAs } from '../ending.ts'
import { opensConnection, repliedWithoutSocket, segmentText } from '../replied.ts'
import { certain, likely, type Rule } from '../rule.ts'
import { strayAfter, strayText } from '../stray.ts'
import { boundSocket, listenerElsewhere, outsideVrf } from '../wrongDevice.ts'

const cause = {
  id: 'wrong-device',
  who: 'local-kernel',
  outcome: 'sent',
  brief: 'the socket or listener is bound to another interface than the segment came by',
  means:
    'A segment came by one interface, and the socket or listener for it is bound to another one (SO_BINDTODEVICE, a VRF): the kernel did not find it, and answered with RST.',
  usually:
    'Routing is not symmetric: answers come back by another interface. Or a service is bound to one interface or VRF, and clients reach it by another.',
  next: [
    'ss -tanp shows the interface behind the address, ADDRESS%INTERFACE; ip -br link has the numbers of interfaces',
    'ip route get PEER, and ip rule: by which interface do segments leave, and by which do they come?',
    'sysctl net.ipv4.tcp_l3mdev_accept, where VRFs are in use',
  ],
  rstReasons: ['NO_SOCKET'],
  withoutSocket: true,
} as const satisfies Cause

/**
 * A SYN for which the one listener of its port and address is bound to another interface: inet_lookup_listener asks
 * inet_sk_bound_dev_eq (net/ipv4/inet_hashtables.c, compute_score; net/ipv6/inet6_hashtables.c).
 */
export const listenerOnOtherDevice = {
  cause,
  explain: (reset) => {
    const trigger = repliedWithoutSocket(reset)
    const elsewhere = listenerElsewhere(reset)
    if (trigger === undefined || !opensConnection(trigger) || elsewhere === undefined) return undefined
    const by = trigger.dev ?? trigger.ifindex
    return certain(
      elsewhere === 0
        ? `it listens in no VRF, and the SYN came by ${by}`
        : `it listens on interface ${elsewhere}, and the SYN came by ${by}`,
      `${reset.reset.fn} ran without a socket, for ${segmentText(trigger)}, which came by ${trigger.dev ?? 'the interface'} (${trigger.ifindex})`,
      `a listener of port ${reset.reset.tuple.dport} takes it but for its interface: it is bound to ${elsewhere === 0 ? OUTSIDE : `interface ${elsewhere}`}`,
    )
  },
} satisfies Rule

const OUTSIDE = 'none, and takes nothing that comes by a VRF (net.ipv4.tcp_l3mdev_accept is 0)'

/** Any other segment for a socket that is bound to another interface: INET_MATCH asks the same (include/net/inet_hashtables.h). */
export const socketOnOtherDevice = {
  cause,
  explain: (reset) => {
    const stray = strayAfter(reset, 'elsewhere')
    if (stray === undefined) return undefined
    const { dev, ifindex } = stray.segment
    const socket = boundSocket(reset)
    if (socket === undefined)
      return certain(
        `its socket is in no VRF, and the segment came by ${dev ?? ifindex}`,
        `${strayText(reset, stray)}, which came by ${dev ?? 'the interface'} (${ifindex})`,
        `this host has the connection (${outsideVrf(reset)}), bound to ${OUTSIDE}`,
      )
    return {
      ...likely(
        `bound to interface ${socket.bound}, and the segment came by ${dev ?? ifindex}`,
        `${strayText(reset, stray)}, which came by ${dev ?? 'the interface'} (${ifindex})`,
        `a socket of ${closerText(socket.task)} for this connection, last seen in ${socket.to}, is bound to interface ${socket.bound}`,
      ),
      ...(['SYN_SENT', 'FIN_WAIT1', 'LAST_ACK'].includes(socket.to) ? ownerAs('socket', socket.task) : {}),
    }
  },
} satisfies Rule
