// SPDX-License-Identifier: MIT

export type Who =
  | 'local-app'
  | 'local-kernel'
  | 'local-admin'
  | 'local-firewall'
  | 'peer'
  | 'peer-app'
  | 'peer-kernel'
  | 'middlebox'
  | 'unknown'

/** What a verdict's cause means and what to do next. The names are stable: output, recordings and scripts use them. */
export type Cause = { who: Who; means: string; usually: string; next: readonly string[] }

/** Every cause that a rule can give. */
export const CAUSES = {
  'no-listener': {
    who: 'local-kernel',
    means: 'A SYN came to a port of this host where nothing listens, and the kernel answered it with RST.',
    usually:
      'The service is down, still starting, listens on another port or address, or in another network namespace.',
    next: [
      'ss -ltn "sport = :PORT" shows who listens, and on which address; ip netns exec NAME ss -ltn does elsewhere',
      'systemctl status SERVICE, and its log from the time of the reset',
    ],
  },
  'no-socket': {
    who: 'local-kernel',
    means: 'A segment came for a connection that this host does not have, and the kernel answered it with RST.',
    usually:
      'The connection was there before a restart or was closed long ago; or NAT lost its state, so that the segment came with untranslated addresses or to the wrong network namespace.',
    next: [
      'conntrack -L -p tcp --orig-port-dst PORT, on each NAT box on the way: is the connection known?',
      'sysctl net.netfilter.nf_conntrack_tcp_be_liberal, and a rule that drops packets of ctstate INVALID',
    ],
  },
  'unread-data-on-close': {
    who: 'local-app',
    means:
      'A local process closed the connection while bytes of the peer lay unread in its receive queue, so TCP sent RST instead of FIN (RFC 2525, section 2.17).',
    usually:
      'A server answers and closes before it has read the whole request: an upload refused, a body over its limit, a health check cut short.',
    next: [
      'look at what the process does on early errors: read on until end of file, or shutdown(SHUT_WR) and drain, before close()',
      'limits of request size in the server: client_max_body_size and lingering_close in nginx, LimitRequestBody in Apache',
    ],
  },
  'process-died': {
    who: 'local-app',
    means: 'A local process ended with bytes of the peer unread, and the kernel closed its connections with RST.',
    usually: 'A crash, the out-of-memory killer, a SIGKILL from a supervisor or a deployment without draining.',
    next: [
      'journalctl -k --grep "Out of memory|segfault", and coredumpctl list, at the time of the reset',
      "the supervisor's log: who sent the signal, and was there time to drain (TimeoutStopSec, terminationGracePeriodSeconds)?",
    ],
  },
  'linger-zero': {
    who: 'local-app',
    means:
      'A local process closed the connection with SO_LINGER on and a time of 0, which asks for RST instead of FIN.',
    usually:
      'A proxy, a load tester or a health checker that does so on purpose to save TIME_WAIT sockets, or an abort by its timeout.',
    next: [
      'look for SO_LINGER in the program or its settings: option nolinger in HAProxy, SetLinger(0) in Go, resetAndDestroy() in Node.js',
      'the log of the process at that moment: was it an abort after a timeout?',
    ],
  },
  'data-after-close': {
    who: 'local-app',
    means: 'Data of the peer came after a local process had closed the connection, so that nobody could ever read it.',
    usually:
      'An idle or request timeout here while the peer was still sending; keep-alive times that differ on the two sides.',
    next: [
      'compare idle timeouts: the side that sends requests must give up first',
      'shutdown(SHUT_WR) and read until end of file, instead of close(), where the peer may still speak',
    ],
  },
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
  unknown: {
    who: 'unknown',
    means: 'The evidence does not name a cause; the verdict says what was missing or what no rule explains.',
    usually:
      'Events were lost, a probe could not attach, the connection is older than the trace, or the cause has no rule yet.',
    next: [
      'trace-reset doctor, for what is missing here',
      'trace again with --record FILE and keep the file: it replays anywhere',
    ],
  },
} as const satisfies Record<string, Cause>

export type CauseId = keyof typeof CAUSES

export const isCause = (name: string): name is CauseId => Object.hasOwn(CAUSES, name)
