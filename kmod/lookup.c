// SPDX-License-Identifier: GPL-2.0-only
/*
 * One look-up, the way tcp_v4_rcv() and tcp_v6_rcv() make it: the ehash chain
 * of the tuple, then the listener. All under RCU; no lock of a bucket or of a
 * socket is taken, and no other chain is read.
 */
#include <linux/cred.h>
#include <linux/jiffies.h>
#include <linux/nsproxy.h>
#include <linux/rculist_nulls.h>
#include <linux/sched.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <linux/timekeeping.h>
#include <linux/user_namespace.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/net_namespace.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "tcphash.h"

/* A chain that keeps moving under the count is counted as it was last seen. */
#define CHAIN_RESTARTS_MAX 8

/*
 * By inode as /proc/PID/ns/net shows it. get_net_ns_by_id() is not exported
 * before 6.1 and takes another number, the nsid.
 */
static struct net *netns_get(u32 inode)
{
	struct net *net, *found = NULL;

	if (!inode)
		return get_net(current->nsproxy->net_ns);

	rcu_read_lock();
	for_each_net_rcu(net) {
		if (net->ns.inum == inode) {
			found = maybe_get_net(net);
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

/* The hash is seeded and was rewritten in 7.x: only the kernel's own function knows it. */
static u32 ehash(const struct net *net, const struct tcphash_request *request)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (request->family == AF_INET6)
		return inet6_ehashfn(net, &request->daddr.v6, request->dport,
				     &request->saddr.v6, htons(request->sport));
#endif
	return inet_ehashfn(net, request->daddr.v4, request->dport,
			    request->saddr.v4, htons(request->sport));
}

/* Takes a reference on a socket of any kind: sock_gen_put() gives it back. */
static struct sock *established_get(struct net *net, const struct tcphash_request *request)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (request->family == AF_INET6)
		return tcphash_call(__inet6_lookup_established, net,
				    &request->saddr.v6, htons(request->sport),
				    &request->daddr.v6, request->dport,
				    request->dif, request->sdif);
#endif
	return tcphash_call(__inet_lookup_established, net,
			    request->saddr.v4, htons(request->sport),
			    request->daddr.v4, request->dport,
			    request->dif, request->sdif);
}

/*
 * Takes no reference: the listener is good until rcu_read_unlock()
 * (SOCK_RCU_FREE, set where net/ipv4/inet_hashtables.c hashes a listener).
 *
 * There is no packet to show. reuseport_select_sock() (net/core/sock_reuseport.c)
 * then leaves a group's BPF program alone and chooses by hash, and an
 * sk_lookup program of the netns (bpf_sk_lookup_run_v4(), include/linux/filter.h)
 * never sees the skb: it does run, as it would for the SYN. The kernel makes this
 * very call, skb NULL in process context, in inet_diag_find_one_icsk() and
 * in sk_lookup() of net/core/filter.c.
 */
static struct sock *listener(struct net *net, const struct tcphash_request *request)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (request->family == AF_INET6)
		return tcphash_call(inet6_lookup_listener, net, NULL, 0,
				    &request->saddr.v6, htons(request->sport),
				    &request->daddr.v6, request->dport,
				    request->dif, request->sdif);
#endif
	return tcphash_call(__inet_lookup_listener, net, NULL, 0,
			    request->saddr.v4, htons(request->sport),
			    request->daddr.v4, request->dport,
			    request->dif, request->sdif);
}

/*
 * Counts nodes and reads no socket. A node that moved to another chain ends
 * in that chain's nulls value: start again, as __inet_lookup_established() does.
 */
static u32 chain_length(const struct inet_ehash_bucket *head, u32 bucket)
{
	const struct hlist_nulls_node *node;
	unsigned int restarts = 0;
	u32 length;

restart:
	length = 0;
	for (node = rcu_dereference(hlist_nulls_first_rcu(&head->chain)); !is_a_nulls(node);
	     node = rcu_dereference(hlist_nulls_next_rcu(node)))
		if (++length == TCPHASH_CHAIN_MAX)
			return length;
	if (get_nulls_value(node) != bucket && restarts++ < CHAIN_RESTARTS_MAX)
		goto restart;
	return length;
}

/* Only what struct sock_common holds, which mini-sockets have too. */
static void read_common(struct sock *sk, struct tcphash_answer *answer)
{
	u32 cookie[2];

	/* Makes one where there is none; __sock_gen_cookie() is not exported. */
	sock_diag_save_cookie(sk, cookie);
	answer->cookie = (u64)cookie[1] << 32 | cookie[0];
	answer->family = sk->sk_family;
	answer->ifindex = READ_ONCE(sk->sk_bound_dev_if);
}

/* sock_i_uid() is gone in 7.x, and sk_uid is good after the process has let go. */
static void read_owner(struct sock *sk, struct tcphash_answer *answer)
{
	answer->inode = sock_i_ino(sk);
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
}

/* The state decides what the memory is: read once, before anything else is believed. */
static void read_sock(struct sock *sk, struct tcphash_answer *answer)
{
	answer->state = inet_sk_state_load(sk);
	read_common(sk, answer);
	switch (answer->state) {
	case TCP_TIME_WAIT:
		return read_timewait(sk, answer);
	case TCP_NEW_SYN_RECV:
		return read_request(sk, answer);
	default:
		return read_established(sk, answer);
	}
}

static void search(struct net *net, const struct tcphash_request *request,
		   struct tcphash_answer *answer)
{
	const struct inet_hashinfo *hashinfo = net->ipv4.tcp_death_row.hashinfo;
	struct sock *sk;

	memset(answer, 0, sizeof(*answer));
	answer->netns = net->ns.inum;

	rcu_read_lock();
	answer->at = ktime_get_boottime_ns();
	sk = established_get(net, request);
	if (sk) {
		read_sock(sk, answer);
		sock_gen_put(sk);
	} else {
		sk = listener(net, request);
		if (sk) {
			answer->state = inet_sk_state_load(sk);
			read_common(sk, answer);
			read_listener(sk, answer);
		}
	}
	answer->bucket = ehash(net, request) & hashinfo->ehash_mask;
	answer->chain = chain_length(&hashinfo->ehash[answer->bucket], answer->bucket);
	rcu_read_unlock();
}

static int fail(struct tcphash_error *error, int err, const char *code, unsigned int column,
		const char *what)
{
	error->code = code;
	error->column = column;
	error->what = what;
	return err;
}

int tcphash_lookup(const struct tcphash_request *request,
		   struct tcphash_answer *answer, struct tcphash_error *error)
{
	struct net *net;
	int err = 0;

	if (request->family == AF_INET6 && !IS_ENABLED(CONFIG_IPV6))
		return fail(error, -EAFNOSUPPORT, "EAFNOSUPPORT", 1, "kernel without IPv6");

	net = netns_get(request->netns);
	if (!net)
		return fail(error, -ENOENT, "ENOENT", request->netns_column, "no such netns");

	if (ns_capable(net->user_ns, CAP_NET_ADMIN))
		search(net, request, answer);
	else
		err = fail(error, -EPERM, "EPERM", request->netns_column,
			   "no CAP_NET_ADMIN over this netns");
	put_net(net);
	return err;
}
