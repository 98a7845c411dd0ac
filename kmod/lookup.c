// SPDX-License-Identifier: GPL-2.0-only
/*
 * One look-up, the way tcp_v4_rcv() and tcp_v6_rcv() make it: the ehash chain
 * of the tuple (find.c), then the listener. All under RCU; no lock of a bucket
 * or of a socket is taken, and no other chain is read.
 */
#include <linux/rculist.h>
#include <linux/rculist_nulls.h>
#include <linux/sock_diag.h>
#include <linux/timekeeping.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "tcphash.h"

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

/*
 * Takes no reference. The listener is good until rcu_read_unlock()
 * (SOCK_RCU_FREE, set where net/ipv4/inet_hashtables.c hashes a listener); but
 * what was found may be a listener no more: tcphash_listener_get().
 *
 * There is no packet to show. reuseport_select_sock() (net/core/sock_reuseport.c)
 * then leaves a group's BPF program alone and chooses by hash, maybe another
 * member than the program or, with SO_INCOMING_CPU, the SYN's CPU would. An
 * sk_lookup program of the netns (bpf_sk_lookup_run_v4(), include/linux/filter.h)
 * never sees the skb and does run, as it would for the SYN: what it counts in its
 * maps, it counts for this look-up too. That and the cookie are all that a look-up
 * leaves behind. The kernel makes this very call, skb NULL in process context, in
 * inet_diag_find_one_icsk() and in sk_lookup() of net/core/filter.c.
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
	if (get_nulls_value(node) != bucket && restarts++ < TCPHASH_CHAIN_RESTARTS)
		goto restart;
	return length;
}

/* Where a socket has no cookie yet this makes one; __sock_gen_cookie() is not exported. */
static void make_cookie(struct sock *sk)
{
	u32 cookie[2];

	sock_diag_save_cookie(sk, cookie);
}

static void search(struct net *net, const struct tcphash_request *request, bool with_bucket,
		   struct tcphash_answer *answer)
{
	const struct inet_hashinfo *hashinfo = tcphash_hashinfo(net);
	struct sock *sk;

	rcu_read_lock();
	answer->at = ktime_get_boottime_ns();
	sk = tcphash_established_get(net, request);
	if (sk) {
		make_cookie(sk);
		tcphash_read_sock(sk, answer);
		sock_gen_put(sk);
	} else {
		sk = listener(net, request);
		if (sk && tcphash_listener_get(sk, net)) {
			make_cookie(sk);
			tcphash_read_listener(sk, answer);
			sock_gen_put(sk);
		}
	}
	if (with_bucket) {
		answer->bucket = ehash(net, request) & hashinfo->ehash_mask;
		answer->chain = chain_length(&hashinfo->ehash[answer->bucket], answer->bucket);
	}
	rcu_read_unlock();
}

static bool listens(struct net *net, const struct tcphash_request *request)
{
	bool found;

	rcu_read_lock();
	found = listener(net, request);
	rcu_read_unlock();
	return found;
}

static void near(struct net *net, const struct tcphash_request *request,
		 const struct file *opener, struct tcphash_answer *answer)
{
	tcphash_near(net, request, opener, answer);
	/* One that came since the look-up is not hidden. */
	if (answer->near.hidden)
		answer->near.hidden = !listens(net, request);
}

int tcphash_lookup(const struct tcphash_request *request, const struct file *opener,
		   struct tcphash_answer *answer, struct tcphash_error *error)
{
	struct tcphash_request asked = *request;
	struct net *net;

	if (request->family == AF_INET6 && !IS_ENABLED(CONFIG_IPV6)) {
		tcphash_refuse(error, "EAFNOSUPPORT", 1, "kernel without IPv6");
		return -EAFNOSUPPORT;
	}
	net = tcphash_netns_get(request, opener, error);
	if (!net)
		return -EPERM;
	memset(answer, 0, sizeof(*answer));
	answer->netns = net->ns.inum;
	if (asked.dif && !asked.sdif)
		asked.sdif = tcphash_slave(net, asked.dif);
	search(net, &asked, tcphash_host_allowed(opener), answer);
	if (request->near && (answer->found == TCPHASH_NONE || answer->found == TCPHASH_LISTENER))
		near(net, &asked, opener, answer);
	put_net(net);
	return 0;
}
