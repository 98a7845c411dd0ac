// SPDX-License-Identifier: MIT
import type { Cause } from './cause.ts'

/** Causes of RSTs that came in and ended something here. */
export const RECEIVED = {
  'connection-refused': {
    who: 'peer-kernel',
    means: "The peer answered this host's SYN with RST.",
    usually: 'Nothing listens there on that port, or a firewall rejects with tcp-reset.',
    next: [
      'on the peer: ss -ltn "sport = :PORT"',
      'on the peer and on the way: nft list ruleset, or iptables-save, for REJECT with tcp-reset',
    ],
  },
  'peer-aborted': {
    who: 'peer-app',
    means: "The peer's application, or one of its timers, ended the connection with RST.",
    usually: 'The peer closed with unread data, with SO_LINGER 0, was killed, or ran into its keep-alive timeout.',
    next: ['run trace-reset on the peer: it names which of these', "the peer's log at that moment"],
  },
  'peer-has-no-socket': {
    who: 'peer-kernel',
    means: 'The peer does not know the connection (any more) and answered a segment of ours with RST.',
    usually:
      'The peer restarted, a load balancer moved or forgot the connection, or a firewall rejects with tcp-reset.',
    next: [
      'when did the peer boot, or its container start? who answers on that address now?',
      'idle timeouts of load balancers and NAT on the way; keep-alive shorter than those (net.ipv4.tcp_keepalive_time)',
    ],
  },
  'write-after-peer-close': {
    who: 'local-app',
    means: 'The peer had closed, this host went on sending, and the peer answered the data with RST.',
    usually:
      'A request sent on a kept-alive connection that the peer had just closed; an answer to a client that left.',
    next: [
      'read (or poll for) end of file before reusing a connection; retry idempotent requests on a new one',
      'make the idle timeout here shorter than the one of the peer',
    ],
  },
  'handshake-abandoned': {
    who: 'peer',
    means: 'The peer ended a handshake with RST before it was over.',
    usually:
      'A scanner or a health check that only asks whether a port is open; a client that gave up before the answer came.',
    next: [
      'who is the peer? if it is a load balancer, its kind of health check',
      'if clients give up: how long does the SYN ACK take, is it sent again (nstat -az TcpRetransSegs)?',
    ],
  },
  'idle-expiry': {
    who: 'middlebox',
    means: 'The first segment after a long silence was answered with RST.',
    usually:
      'A NAT, firewall or load balancer on the way had dropped the idle connection; or the peer was restarted meanwhile.',
    next: [
      'keepalive shorter than the idle timeout of what is on the way: net.ipv4.tcp_keepalive_time with SO_KEEPALIVE',
      'the idle timeout of the load balancer, NAT gateway or firewall on the way',
    ],
  },
  forged: {
    who: 'middlebox',
    means: 'Somebody on the way wrote the RST in the name of the peer.',
    usually: 'A firewall, an intrusion prevention system, a censor, or another machine on the network.',
    next: [
      'run trace-reset on the peer: it did not send this RST',
      'compare the TTL with that of routers on the way (traceroute): it tells how far away the sender is',
    ],
  },
  'time-wait-assassinated': {
    who: 'peer',
    means: 'A RST ended a connection in TIME_WAIT before its time (RFC 1337).',
    usually:
      'A late segment reached the peer when it had forgotten the connection; harmless, unless the tuple is used again at once.',
    next: ['sysctl net.ipv4.tcp_rfc1337=1 has such RSTs ignored'],
  },
} as const satisfies Record<string, Cause>
