// SPDX-License-Identifier: GPL-2.0-only
/* Copies the fields of an answer out of a socket of any kind, under RCU, without locking it. */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/tcp.h>
#include <linux/user_namespace.h>
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "tcphash.h"

/* Only what struct sock_common holds, which mini-sockets have too. */
static void read_common(struct sock *sk, struct tcphash_answer *answer)
{
	answer->cookie = atomic64_read(&sk->sk_cookie);
	answer->family = sk->sk_family;
	answer->ifindex = READ_ONCE(sk->sk_bound_dev_if);
}

/*
 * sock_i_ino() takes sk_callback_lock before 6.17 (net/core/sock.c). It is not
 * needed under RCU: sock_orphan() clears sk_socket before the inode is put, and
 * sockfs frees an inode after a grace period (sock_free_inode() in net/socket.c).
 */
static u64 read_inode(const struct sock *sk)
{
	struct socket *socket = READ_ONCE(sk->sk_socket);

	return socket ? SOCK_INODE(socket)->i_ino : 0;
}

/* sock_i_uid() is gone in 7.x, and sk_uid is good after the process has let go. */
static void read_owner(struct sock *sk, struct tcphash_answer *answer)
{
	answer->inode = read_inode(sk);
	answer->uid = from_kuid_munged(current_user_ns(), sk->sk_uid);
}

/* Unlocked, as get_tcp4_sock() of net/ipv4/tcp_ipv4.c does it for /proc/net/tcp. */
static void read_established(struct sock *sk, struct tcphash_answer *answer)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	answer->found = TCPHASH_ESTABLISHED;
	read_owner(sk, answer);
	answer->snd_una = READ_ONCE(tp->snd_una);
	answer->snd_nxt = READ_ONCE(tp->snd_nxt);
	answer->write_seq = READ_ONCE(tp->write_seq);
	answer->rcv_nxt = READ_ONCE(tp->rcv_nxt);
	answer->rcv_wnd = READ_ONCE(tp->rcv_wnd);
	answer->copied_seq = READ_ONCE(tp->copied_seq);
	/* A reader may run ahead of the rcv_nxt seen above. */
	answer->rmem = max_t(int, answer->rcv_nxt - answer->copied_seq, 0);
}

static void read_timewait(struct sock *sk, struct tcphash_answer *answer)
{
	const struct tcp_timewait_sock *tcptw = tcp_twsk(sk);
	const struct inet_timewait_sock *tw = inet_twsk(sk);
	unsigned long expires = READ_ONCE(tw->tw_timer.expires);

	answer->found = TCPHASH_TIMEWAIT;
	answer->substate = READ_ONCE(tw->tw_substate);
	answer->snd_nxt = READ_ONCE(tcptw->tw_snd_nxt);
	answer->rcv_nxt = READ_ONCE(tcptw->tw_rcv_nxt);
	answer->ttl_ms = jiffies_delta_to_msecs(expires - jiffies);
}

static void read_request(struct sock *sk, struct tcphash_answer *answer)
{
	const struct request_sock *req = inet_reqsk(sk);
	const struct tcp_request_sock *treq = tcp_rsk(req);

	answer->found = TCPHASH_REQUEST;
	answer->retransmits = req->num_retrans;
	answer->rcv_isn = treq->rcv_isn;
	answer->snt_isn = treq->snt_isn;
	answer->rcv_nxt = READ_ONCE(treq->rcv_nxt);
}

static void read_listener(struct sock *sk, struct tcphash_answer *answer)
{
	answer->found = TCPHASH_LISTENER;
	read_owner(sk, answer);
	answer->backlog = READ_ONCE(sk->sk_ack_backlog);
	answer->limit = READ_ONCE(sk->sk_max_ack_backlog);
	answer->reuseport = sk->sk_reuseport;
}

/* The kind of a socket of the ehash, which has no listeners. */
enum tcphash_found tcphash_kind(const struct sock *sk)
{
	switch (inet_sk_state_load(sk)) {
	case TCP_TIME_WAIT:
		return TCPHASH_TIMEWAIT;
	case TCP_NEW_SYN_RECV:
		return TCPHASH_REQUEST;
	case TCP_LISTEN:
		return TCPHASH_LISTENER;
	default:
		return TCPHASH_ESTABLISHED;
	}
}

/*
 * For a socket that a look-up of listeners gave. When it was closed since, this
 * leaves the answer as it was. The state is read once.
 */
void tcphash_read_listener(struct sock *sk, struct tcphash_answer *answer)
{
	if (inet_sk_state_load(sk) != TCP_LISTEN)
		return;
	answer->state = TCP_LISTEN;
	read_common(sk, answer);
	read_listener(sk, answer);
}

/* The state decides which struct the memory holds, so it is read once and first. */
void tcphash_read_sock(struct sock *sk, struct tcphash_answer *answer)
{
	answer->state = inet_sk_state_load(sk);
	read_common(sk, answer);
	switch (answer->state) {
	case TCP_TIME_WAIT:
		return read_timewait(sk, answer);
	case TCP_NEW_SYN_RECV:
		return read_request(sk, answer);
	case TCP_LISTEN:
		return read_listener(sk, answer);
	default:
		return read_established(sk, answer);
	}
}
