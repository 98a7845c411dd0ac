// SPDX-License-Identifier: MIT
import type { Cause } from './cause.ts'

/** Causes of RSTs that this host sent. */
export const SENT = {
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
  disconnect: {
    who: 'local-app',
    means: 'A local process took its connection apart with connect() to AF_UNSPEC, and TCP sent RST.',
    usually: 'A client library or a proxy that uses its socket again for another connection.',
    next: ['look for connect() with AF_UNSPEC in the process: strace -f -e trace=connect -p PID'],
  },
  'socket-killed': {
    who: 'local-admin',
    means: 'Somebody with CAP_NET_ADMIN, or a BPF program, destroyed the socket.',
    usually:
      'ss -K by hand or by a script; a service mesh or a cluster network that ends connections to backends that are gone.',
    next: [
      'who ran ss -K, or sends SOCK_DESTROY? the verdict names the task where there was one',
      'bpftool prog list, for programs that call bpf_sock_destroy',
    ],
  },
  'keepalive-timeout': {
    who: 'local-kernel',
    means:
      'The peer did not answer keepalive probes, or not within TCP_USER_TIMEOUT, and the kernel gave the connection up.',
    usually: 'The peer, or the way to it, is gone: powered off, unplugged, its address moved, a firewall that drops.',
    next: [
      'is the peer reachable from here (ping, traceroute), and does it know the connection (ss -tn there)?',
      'net.ipv4.tcp_keepalive_time, _intvl and _probes, or the options of the socket: ss -tno shows its timers',
    ],
  },
  'fin-wait2-timeout': {
    who: 'local-kernel',
    means: 'A connection closed here waited for the FIN of the peer longer than it may, and the kernel reset it.',
    usually: 'The peer keeps its side open, or is gone; net.ipv4.tcp_fin_timeout was lowered while it waited.',
    next: [
      'why does the peer not close? its log and ss -tn state close-wait there',
      'sysctl net.ipv4.tcp_fin_timeout, and what sets it',
    ],
  },
  'linger2-abort': {
    who: 'local-app',
    means: 'A local process closed a connection that TCP_LINGER2 below 0 forbids to wait for the FIN of the peer.',
    usually: 'A server that sets TCP_LINGER2 to -1 to save sockets.',
    next: ['look for TCP_LINGER2 in the program or its settings'],
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
  'out-of-memory': {
    who: 'local-kernel',
    means:
      'The kernel had too many orphans or no memory left for TCP, and reset a connection that no process has any more.',
    usually:
      'Many connections closed at once while their peers are slow or gone; net.ipv4.tcp_max_orphans or tcp_mem too low.',
    next: [
      'dmesg | grep -E "too many orphaned sockets|out of memory"; ss -s; cat /proc/net/sockstat',
      'sysctl net.ipv4.tcp_max_orphans net.ipv4.tcp_mem',
    ],
  },
  'accept-queue-overflow': {
    who: 'local-app',
    means:
      'A client ended its handshake while the accept queue of the listener was full, and net.ipv4.tcp_abort_on_overflow is 1.',
    usually: 'The process does not call accept() fast enough: it hangs, is overloaded, or its backlog is small.',
    next: [
      'ss -ltn "sport = :PORT" shows the queue (Recv-Q) and its limit (Send-Q); nstat -az TcpExtListenOverflows',
      'raise the backlog of listen() and net.core.somaxconn; or find what keeps the process from accepting',
    ],
  },
  'listener-closed': {
    who: 'local-app',
    means: 'A listener was closed while connections that it had never accepted waited in its queue.',
    usually: 'A restart or a deployment without draining, or a server that hung and was killed.',
    next: [
      'stop new connections first: take the instance out of the load balancer, then close',
      'hand the listener over to the new process (socket activation, SO_REUSEPORT) instead of closing it',
    ],
  },
  'bad-ack-to-listener': {
    who: 'peer',
    means: 'An ACK that belongs to no handshake came to a listener, and the kernel answered it with RST.',
    usually: 'A connection from before a restart of the service or the host; a SYN cookie that came too late; a scan.',
    next: [
      'did the service or the host restart a moment ago?',
      'nstat -az TcpExtSyncookiesFailed; is the listener flooded?',
    ],
  },
  'bad-ack-in-handshake': {
    who: 'peer',
    means: 'A handshake was under way, and the peer acknowledged another SYN than this host had sent.',
    usually:
      'A box on the way that rewrites sequence numbers or answers SYNs itself; two connections on one tuple behind a NAT.',
    next: ['capture on both sides and compare the sequence numbers of the handshake'],
  },
  'bad-syn-ack': {
    who: 'peer',
    means:
      "The answer to the SYN of this host acknowledged something else, or had a timestamp that is not this connection's.",
    usually:
      'The peer still has an old connection on this tuple (ports used again too early), or a box on the way answers in its name.',
    next: [
      'sysctl net.ipv4.ip_local_port_range, and how fast ports are used again',
      'capture on both sides and compare the sequence numbers of the handshake',
    ],
  },
  'invalid-syn': {
    who: 'peer',
    means: 'A second SYN, or a SYN ACK, fell into the window of a handshake that was under way.',
    usually:
      'A NAT that gives a port to another connection too early, or a SYN that was sent twice with different numbers.',
    next: ['which NAT is on the way, and how soon does it use ports again?'],
  },
  'time-wait': {
    who: 'peer',
    means: 'A segment came for a connection that is over here and in TIME_WAIT, and asked for a RST.',
    usually: 'Data or a FIN of the peer that came out of order after the close; ports used again too early.',
    next: ['net.ipv4.tcp_tw_reuse and the port range at the peer; load balancers that keep source ports'],
  },
  'firewall-reject': {
    who: 'local-firewall',
    means:
      'A rule of the firewall of this host, REJECT with tcp-reset, answered a segment with RST: one that came in, and no socket was asked, or one that this host was sending, and its own socket got the RST.',
    usually:
      'A rule of the administrator, of a container network policy, or of fail2ban; an egress rule, where it is a connection of this host itself.',
    next: [
      'nft list ruleset, or iptables-save | grep REJECT, for the rule that matches this tuple',
      'nft monitor trace, with meta nftrace set 1 on this port, names the rule',
    ],
  },
  mptcp: {
    who: 'local-kernel',
    means: 'Multipath TCP refused or aborted a subflow.',
    usually:
      'A join with an unknown token, a subflow whose connection was closed with data unread, or one that fell behind.',
    next: ['nstat -az "MPTcp*" tells what was refused; ip mptcp endpoint and ip mptcp limits'],
  },
} as const satisfies Record<string, Cause>
