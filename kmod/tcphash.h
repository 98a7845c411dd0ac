/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/tcphash: what does the TCP hash table hold for this 5-tuple?
 *
 * PROTOCOL 1
 *
 * Text. One request a line, one answer a line, in the order of the requests.
 * Opening takes CAP_NET_ADMIN in the opener's user namespace. Each look-up takes
 * it over the network namespace it looks into, of the opener and of the writer,
 * so handing over the open file gives nobody new rights. A process of a user
 * namespace sees its own netns, and no other.
 *
 *   request  = "version" [SP id] LF
 *            | "lookup" 1*(SP key "=" value) LF         keys in any order, each once
 *            | "list" *(SP key "=" value) LF
 *
 *     family=4|6                                        required
 *     saddr=ADDRESS  sport=0..65535                     required, the peer
 *     daddr=ADDRESS  dport=0..65535                     required, this host
 *     netns=INODE    0 or absent: the netns of the process that writes
 *     dif=IFINDEX    interface the packet comes in by; 0 or absent: none, which
 *                    never matches a socket bound to an interface
 *     sdif=IFINDEX   the slave's index when dif is a VRF; 0 or absent: the first
 *                    slave that it has
 *     near=0|1       lookup: look for near misses too, see below
 *     from=BUCKET skip=COUNT                            list: where to go on
 *     max=COUNT      list: at most so many sockets; 0 or absent: as many as fit
 *     id=WORD        1 to 32 of A-Z a-z 0-9 _ . : -, given back in the answer
 *
 *   list takes netns, from, skip, max, id and, to choose by peer, family, saddr.
 *   SP is one or more spaces. Numbers are decimal digits alone. The names are
 *   those of a packet arriving at this host. A line has at most 256 bytes
 *   without its LF, all of them printable ASCII.
 *   IPv4 in an IPv6 socket (v4-mapped) is family=4; the kernel finds it no other
 *   way, so that a ::ffff: address is an error here instead of a wrong "none".
 *
 *   answer   = "ok" [SP id] SP "version=" TEXT SP "protocol=" NUMBER LF
 *            | "ok" [SP id] SP at SP netns SP found *(SP key "=" value) LF
 *            | *("socket" [SP id] *(SP key "=" value) LF)
 *              "ok" [SP id] SP at SP netns SP listed SP done SP next SP skip LF
 *            | "error" [SP id] SP code SP column SP what LF
 *
 *     id=WORD        as asked; in an error too, when the line has a good one
 *     at=NS          CLOCK_BOOTTIME of the look-up
 *     netns=INODE    where it looked
 *     found=established   any full socket of the ehash, from SYN_SENT on:
 *         state family cookie inode uid ifindex snd_una snd_nxt write_seq
 *         rcv_nxt rcv_wnd copied_seq rmem bucket chain
 *     found=timewait      a TIME_WAIT mini-socket:
 *         state substate family cookie ifindex snd_nxt rcv_nxt ttl_ms bucket chain
 *     found=request       a request mini-socket, SYN seen, no ACK yet:
 *         state family cookie ifindex retransmits rcv_isn snt_isn rcv_nxt bucket chain
 *     found=listener      nothing in the ehash, and this socket would take a SYN:
 *         state family cookie inode uid ifindex backlog limit bucket chain
 *         reuseport
 *     found=none          neither:
 *         bucket chain
 *
 *   Keys stand in this order; later versions may add keys at the end. Numbers
 *   are decimal, cookie is hex without 0x, state and substate are the kernel's
 *   names without TCP_.
 *     family      the socket's own: 6 under family=4 is v4-mapped
 *     inode       0 when no process has the socket any more
 *     uid         as the writer's user namespace sees it
 *     ifindex     the interface the socket is bound to, or 0
 *     rmem        bytes the application has not read: rcv_nxt - copied_seq (a FIN
 *                 received counts as one until it is read)
 *     substate    FIN_WAIT2 or TIME_WAIT
 *     ttl_ms      how long the mini-socket has left
 *     retransmits SYN-ACKs sent again
 *     backlog     connections that wait for accept(); full when above limit
 *     reuseport   1: SO_REUSEPORT is set, and the SYN may go to another socket of
 *                 the group, with a backlog of its own: chosen by the group's BPF
 *                 program, which is not run here, or by the CPU
 *     bucket      index of the ehash chain for the tuple
 *     chain       sockets in that chain, 1024 meaning "or more"
 *   bucket and chain are 0 for whoever lacks CAP_NET_ADMIN over the initial user
 *   namespace: all netns share the table, and its hash is a secret.
 *   The socket is not locked: the numbers of one answer may be a packet apart.
 *
 *   near=1 appends near misses to found=none and found=listener:
 *     near=WORDS  "none", or of reversed,netns,listener,hidden those that were found
 *     reversed=FOUND      what this netns has for the tuple seen from the peer
 *     other_netns=INODE other_found=FOUND
 *                         a netns that has the tuple, the first one met; the very
 *                         netns where dif is a VRF, or sdif is given, and the tuple
 *                         is there for what comes by no VRF
 *     listen_differs=WORDS listen_family=4|6 listen_address=ADDRESS listen_ifindex=N
 *                         found=none alone: the listener on dport that comes
 *                         closest, and what of address,device,family differs
 *     netns_seen=COUNT    other netns looked into, of those allowed; 64 is the most
 *     netns_cut=0|1       1: there are more that were not looked into: more than 64
 *                         allowed, or not among the first 256, allowed or not
 *     hidden=1            found=none alone: a listener that does not differ is
 *                         there, but the look-up, made twice, does not find it: a
 *                         BPF program of type sk_lookup drops or diverts
 *   The cost is one chain for each of those netns, and, for found=none, one pass
 *   through the table of listeners. "The same peer on another port" is not here:
 *   it takes the whole ehash, which "list family=4 saddr=PEER" reads in slices.
 *
 *   list answers a line for each socket, found= saddr= sport= daddr= dport= and
 *   then the keys of that found as above, without bucket and chain (cookie is 0
 *   where the socket has none yet), and last where to go on: from=NEXT skip=SKIP,
 *   until done=1. The ehash comes first, then listeners, with saddr any and sport
 *   0. It ends early when the answers' buffer is full or after 20 ms. The table is
 *   not frozen: a socket that moves meanwhile may come twice or not at all. It
 *   takes CAP_NET_ADMIN over the initial user namespace: its cursor tells buckets.
 *
 *   An error names the byte it is about: column counts from 1, a key that is
 *   missing has the column after the end of the line. what=TEXT is last and
 *   may hold spaces. code is one of
 *     EINVAL        the line is not of this grammar
 *     EMSGSIZE      the line is too long; it is skipped up to its LF
 *     ENOENT        no such netns
 *     EPERM         no CAP_NET_ADMIN over that netns, of opener or writer; and,
 *                   without it in the initial user namespace, no such netns
 *     ENOMEM        no memory for a list
 *     EAFNOSUPPORT  family=6 in a kernel without IPv6
 *
 * THE FILE
 *
 *   Each open has its own state. Answers wait in a buffer of 64 KiB; a read
 *   takes the oldest bytes, any number of them, and returns 0 when there are
 *   none: nothing here ever blocks, with O_NONBLOCK or without.
 *   A line may come in several writes: it is answered when its LF comes.
 *   A line whose answer may not fit (512 bytes are kept free for it) is not
 *   taken: the write ends before that line and says how many bytes it took,
 *   or fails with ENOSPC when it took none. Read, then write the rest.
 *   There is no file position: the file cannot be seeked, pread or pwritten.
 */
#ifndef TCPHASH_H
#define TCPHASH_H

#include "compat.h"

#define TCPHASH_VERSION		"0.2.0"
#define TCPHASH_PROTOCOL	1

#define TCPHASH_LINE_MAX	256
#define TCPHASH_ID_MAX		32
#define TCPHASH_ANSWER_MAX	512
#define TCPHASH_ANSWERS_SIZE	(64 * 1024)
#define TCPHASH_CHAIN_MAX	1024
#define TCPHASH_CHAIN_RESTARTS	8	/* a chain that keeps moving is taken as last seen */

enum tcphash_verb { TCPHASH_VERSION_REQUEST, TCPHASH_LOOKUP, TCPHASH_LIST };

union tcphash_address {
	__be32 v4;
	struct in6_addr v6;
};

/* One request line, parsed. Ports are in host order. */
struct tcphash_request {
	enum tcphash_verb verb;
	char id[TCPHASH_ID_MAX + 1];
	int family;			/* AF_INET or AF_INET6; list: 0 for both */
	union tcphash_address saddr;
	union tcphash_address daddr;
	u16 sport;
	u16 dport;
	u32 netns;			/* inode, 0 for the writer's own */
	unsigned int netns_column;	/* for errors known only at the look-up */
	int dif;
	int sdif;
	bool near;
	bool has_saddr;			/* list: saddr is to be compared */
	u32 from;
	u32 skip;
	u32 max;
};

struct tcphash_error {
	const char *code;
	const char *what;		/* NULL while there is none */
	unsigned int column;
};

enum tcphash_found {
	TCPHASH_NONE,
	TCPHASH_ESTABLISHED,
	TCPHASH_TIMEWAIT,
	TCPHASH_REQUEST,
	TCPHASH_LISTENER,
};

/* In what a listener on the right port differs from the one asked for. */
#define TCPHASH_DIFFERS_ADDRESS	1
#define TCPHASH_DIFFERS_DEVICE	2
#define TCPHASH_DIFFERS_FAMILY	4

struct tcphash_near {
	enum tcphash_found reversed;
	enum tcphash_found other_found;
	u32 other_netns;
	u32 netns_seen;
	bool netns_cut;
	bool hidden;
	u8 differs;			/* 0 for no listener */
	u16 family;
	int ifindex;
	union tcphash_address address;
};

/* What a look-up saw, copied out so that no socket outlives it. */
struct tcphash_answer {
	u64 at;
	u32 netns;
	u32 bucket;
	u32 chain;
	enum tcphash_found found;
	u8 state;
	u8 substate;
	u16 family;
	int ifindex;
	u64 cookie;
	u64 inode;
	u32 uid;
	u32 snd_una;
	u32 snd_nxt;
	u32 write_seq;
	u32 rcv_nxt;
	u32 rcv_wnd;
	u32 copied_seq;
	u32 rmem;
	u32 ttl_ms;
	u32 retransmits;
	u32 rcv_isn;
	u32 snt_isn;
	u32 backlog;
	u32 limit;
	bool reuseport;
	struct tcphash_near near;
};

/* parse.c: returns 0, or -EINVAL with *error filled; request->id is good in both. */
int tcphash_parse(const char *line, size_t len, struct tcphash_request *request,
		  struct tcphash_error *error);

#ifdef __KERNEL__
#include "kernel.h"
#endif

#endif /* TCPHASH_H */
