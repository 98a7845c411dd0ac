/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/tcphash: what does the TCP hash table hold for this 5-tuple?
 *
 * PROTOCOL 1
 *
 * Text. One request a line, one answer a line, in the order of the requests.
 * Opening takes CAP_NET_ADMIN, and each look-up takes it again over the
 * network namespace it looks into.
 *
 *   request  = "version" [SP id] LF
 *            | "lookup" 1*(SP key "=" value) LF         keys in any order, each once
 *
 *     family=4|6                                        required
 *     saddr=ADDRESS  sport=0..65535                     required, the peer
 *     daddr=ADDRESS  dport=0..65535                     required, this host
 *     netns=INODE    0 or absent: the netns of the process that writes
 *     dif=IFINDEX    interface the packet comes in by; 0 or absent: none, which
 *                    never matches a socket bound to an interface
 *     sdif=IFINDEX   the slave's index when dif is a VRF
 *     id=WORD        1 to 32 of A-Z a-z 0-9 _ . : -, given back in the answer
 *
 *   SP is one or more spaces. Numbers are decimal digits alone. The names are
 *   those of a packet arriving at this host. A line has at most 256 bytes
 *   without its LF, all of them printable ASCII.
 *   IPv4 in an IPv6 socket (v4-mapped) is family=4; the kernel finds it no other
 *   way, so that a ::ffff: address is an error here instead of a wrong "none".
 *
 *   answer   = "ok" [SP id] SP "version=" TEXT SP "protocol=" NUMBER LF
 *            | "ok" [SP id] SP at SP netns SP found *(SP key "=" value) LF
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
 *     bucket      index of the ehash chain for the tuple
 *     chain       sockets in that chain, 1024 meaning "or more"
 *   The socket is not locked: the numbers of one answer may be a packet apart.
 *
 *   An error names the byte it is about: column counts from 1, a key that is
 *   missing has the column after the end of the line. what=TEXT is last and
 *   may hold spaces. code is one of
 *     EINVAL        the line is not of this grammar
 *     EMSGSIZE      the line is too long; it is skipped up to its LF
 *     ENOENT        no such netns
 *     EPERM         no CAP_NET_ADMIN over that netns
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

#define TCPHASH_VERSION		"0.1.0"
#define TCPHASH_PROTOCOL	1

#define TCPHASH_LINE_MAX	256
#define TCPHASH_ID_MAX		32
#define TCPHASH_ANSWER_MAX	512
#define TCPHASH_ANSWERS_SIZE	(64 * 1024)
#define TCPHASH_CHAIN_MAX	1024

enum tcphash_verb { TCPHASH_VERSION_REQUEST, TCPHASH_LOOKUP };

union tcphash_address {
	__be32 v4;
	struct in6_addr v6;
};

/* One request line, parsed. Ports are in host order. */
struct tcphash_request {
	enum tcphash_verb verb;
	char id[TCPHASH_ID_MAX + 1];
	int family;			/* AF_INET or AF_INET6 */
	union tcphash_address saddr;
	union tcphash_address daddr;
	u16 sport;
	u16 dport;
	u32 netns;			/* inode, 0 for the writer's own */
	unsigned int netns_column;	/* for errors known only at the look-up */
	int dif;
	int sdif;
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

/* What a look-up saw, copied out so that no socket outlives lookup.c. */
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
};

/* parse.c: returns 0, or -EINVAL with *error filled; request->id is good in both. */
int tcphash_parse(const char *line, size_t len, struct tcphash_request *request,
		  struct tcphash_error *error);

#ifdef __KERNEL__
/* lookup.c: returns 0, or a negative errno with *error filled. */
int tcphash_lookup(const struct tcphash_request *request,
		   struct tcphash_answer *answer, struct tcphash_error *error);

/* answer.c: each writes one line with its LF and returns its length. */
int tcphash_format_version(char *buf, size_t size, const struct tcphash_request *request);
int tcphash_format_answer(char *buf, size_t size, const struct tcphash_request *request,
			  const struct tcphash_answer *answer);
int tcphash_format_error(char *buf, size_t size, const struct tcphash_request *request,
			 const struct tcphash_error *error);

/* session.c: the state of one open file. */
struct tcphash_session;
struct tcphash_session *tcphash_session_alloc(void);
void tcphash_session_free(struct tcphash_session *session);
ssize_t tcphash_session_write(struct tcphash_session *session, const char __user *buf,
			      size_t count);
ssize_t tcphash_session_read(struct tcphash_session *session, char __user *buf, size_t count);
#endif

#endif /* TCPHASH_H */
