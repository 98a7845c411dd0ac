// SPDX-License-Identifier: MIT
import type { Cause } from './cause.ts'

/** Causes of RSTs that came in to no effect. */
export const IGNORED = {
  'ignored-out-of-window': {
    who: 'unknown',
    means: 'A RST came in whose sequence number was outside of the window of the connection, and was ignored.',
    usually: 'An old or delayed RST; a blind attack; a box on the way that has lost count.',
    next: ['many of them from strange TTLs: somebody tries to end connections blindly (RFC 5961)'],
  },
  'ignored-challenge-ack': {
    who: 'unknown',
    means:
      'A RST came in whose sequence number was in the window and not the exact one: the kernel challenged the peer by an ACK (RFC 5961).',
    usually: 'A peer that aborted with data still on the way sends another RST at once; else an attack.',
    next: ['nstat -az TcpExtTCPChallengeACK; a second RST at the exact number follows from an honest peer'],
  },
  'ignored-no-socket': {
    who: 'unknown',
    means: 'A RST came in for a connection that this host does not have.',
    usually: 'The last word of a peer about a connection that is over here already.',
    next: ['none, unless there are many: then who sends them?'],
  },
  'ignored-listener': {
    who: 'unknown',
    means: 'A RST came in for a listener, and belonged to no handshake.',
    usually: 'The end of a connection from before a restart of the service, or a scan.',
    next: ['none, unless there are many: then who sends them?'],
  },
  'ignored-syn-sent': {
    who: 'unknown',
    means: 'A RST came in while this host was connecting, and it did not acknowledge its SYN.',
    usually: 'An old or a blind RST; a box on the way that answers without having seen the SYN.',
    next: ['capture on both sides: who sends it?'],
  },
  'ignored-time-wait': {
    who: 'unknown',
    means: 'A RST came in for a connection in TIME_WAIT, and was ignored.',
    usually: 'A late RST of the peer; net.ipv4.tcp_rfc1337 protects the time-wait.',
    next: ['none'],
  },
  'ignored-invalid': {
    who: 'unknown',
    means: 'A RST came in and was dropped before its number was looked at: bad checksum, signature, TTL or policy.',
    usually: 'A damaged packet, an attack on a protected connection (BGP), or a peer with another key.',
    next: [
      'nstat -az TcpInCsumErrors TcpExtTCPMD5NotFound TcpExtTCPMD5Failure TcpExtTCPMinTTLDrop',
      'ip xfrm policy; the keys (TCP_MD5SIG, TCP-AO) on both sides',
    ],
  },
} as const satisfies Record<string, Cause>
