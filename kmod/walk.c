// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goes through the whole table in steps. Each step is one RCU section of bounded
 * length, takes no lock of a bucket, and leaves a cursor for the next step.
 */
#include <linux/rculist.h>
#include <linux/rculist_nulls.h>
#include <net/inet_hashtables.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "tcphash.h"

/* Empty buckets cost little, but this many of them end a step too. */
#define BUCKETS_MAX	256

struct walk {
	const struct net *net;
	const struct tcphash_request *filter;
	struct tcphash_cursor *cursor;
	struct tcphash_entry *entries;
	unsigned int count;
	unsigned int max;
};

static void read_tuple(const struct sock *sk, struct tcphash_entry *entry)
{
	entry->sport = ntohs(sk->sk_dport);
	entry->dport = sk->sk_num;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6 && !ipv6_addr_v4mapped(&sk->sk_v6_daddr) &&
	    !ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr)) {
		entry->family = AF_INET6;
		entry->saddr.v6 = sk->sk_v6_daddr;
		entry->daddr.v6 = sk->sk_v6_rcv_saddr;
		return;
	}
#endif
	entry->family = AF_INET;
	entry->saddr.v4 = sk->sk_daddr;
	entry->daddr.v4 = sk->sk_rcv_saddr;
}

static bool wanted(const struct tcphash_request *filter, const struct tcphash_entry *entry)
{
	if (filter->family && filter->family != entry->family)
		return false;
	if (!filter->has_saddr)
		return true;
	if (entry->family == AF_INET)
		return filter->saddr.v4 == entry->saddr.v4;
	return !memcmp(&filter->saddr.v6, &entry->saddr.v6, sizeof(entry->saddr.v6));
}

static void take(struct walk *walk, struct sock *sk,
		 void (*read)(struct sock *sk, struct tcphash_answer *answer))
{
	struct tcphash_entry *entry = &walk->entries[walk->count];

	memset(entry, 0, sizeof(*entry));
	read_tuple(sk, entry);
	if (!wanted(walk->filter, entry))
		return;
	read(sk, &entry->answer);
	if (entry->answer.found != TCPHASH_NONE)
		walk->count++;
}

/*
 * Follows __inet_lookup_established() (net/ipv4/inet_hashtables.c). The memory
 * of a socket may be reused for another socket at any time, so this takes a
 * reference first and then checks that the socket is still in this chain. A chain
 * that ends in the nulls value of another chain is read again from its head.
 */
static void walk_chain(struct walk *walk, struct inet_hashinfo *hashinfo)
{
	const u32 bucket = walk->cursor->bucket;
	const struct hlist_nulls_node *node;
	unsigned int before = walk->count, restarts = 0;
	struct sock *sk;
	u32 seen;

restart:
	seen = 0;
	walk->count = before;
	sk_nulls_for_each_rcu(sk, node, &hashinfo->ehash[bucket].chain) {
		if (walk->count == walk->max)
			goto full;
		if (seen++ < walk->cursor->skip || !net_eq(sock_net(sk), walk->net))
			continue;
		if (!refcount_inc_not_zero(&sk->sk_refcnt))
			continue;
		if ((sk->sk_hash & hashinfo->ehash_mask) != bucket ||
		    !net_eq(sock_net(sk), walk->net)) {
			sock_gen_put(sk);
			if (restarts++ < TCPHASH_CHAIN_RESTARTS)
				goto restart;
			continue;
		}
		take(walk, sk, tcphash_read_sock);
		sock_gen_put(sk);
	}
	if (get_nulls_value(node) != bucket && restarts++ < TCPHASH_CHAIN_RESTARTS)
		goto restart;
	walk->cursor->bucket++;
	walk->cursor->skip = 0;
	return;

full:
	walk->cursor->skip = seen;
}

/*
 * From 5.19 on a listener is in its bucket by the node that connect() puts into
 * the ehash after connect(AF_UNSPEC). A walker that stands on this node then goes
 * on in a chain of the ehash, where memory may become another socket's at any
 * time. So this reads the next node first, and then returns whether sk still
 * listens: only then is *next good. A socket leaves TCP_LISTEN before its node is
 * in another chain.
 */
bool tcphash_listener_next(struct sock *sk, struct sock **next)
{
	*next = tcphash_next_listener(sk);
	/* After tcp_set_state() comes the locked insertion into the ehash: read in reverse. */
	smp_rmb();
	return inet_sk_state_load(sk) == TCP_LISTEN;
}

/* A reference, for sock_gen_put(), before more than struct sock_common is read. */
bool tcphash_listener_get(struct sock *sk, const struct net *net)
{
	if (!net_eq(sock_net(sk), net) || !refcount_inc_not_zero(&sk->sk_refcnt))
		return false;
	if (inet_sk_state_load(sk) == TCP_LISTEN && net_eq(sock_net(sk), net))
		return true;
	sock_gen_put(sk);
	return false;
}

static void walk_listeners(struct walk *walk, struct inet_listen_hashbucket *head)
{
	unsigned int before = walk->count, restarts = 0;
	struct sock *sk, *next;
	u32 seen;

restart:
	seen = 0;
	walk->count = before;
	for (sk = tcphash_first_listener(head); sk; sk = next) {
		if (walk->count == walk->max)
			goto full;
		if (!tcphash_listener_next(sk, &next)) {
			if (restarts++ < TCPHASH_CHAIN_RESTARTS)
				goto restart;
			continue;
		}
		if (seen++ < walk->cursor->skip || !tcphash_listener_get(sk, walk->net))
			continue;
		take(walk, sk, tcphash_read_listener);
		sock_gen_put(sk);
	}
	walk->cursor->bucket++;
	walk->cursor->skip = 0;
	return;

full:
	walk->cursor->skip = seen;
}

unsigned int tcphash_walk(struct net *net, const struct tcphash_request *filter,
			  struct tcphash_cursor *cursor, struct tcphash_entry *entries,
			  unsigned int max)
{
	struct inet_hashinfo *hashinfo = tcphash_hashinfo(net);
	const u32 chains = hashinfo->ehash_mask + 1;
	const u32 buckets = chains + hashinfo->lhash2_mask + 1;
	struct walk step = {
		.net = net, .filter = filter, .cursor = cursor, .entries = entries, .max = max,
	};
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < BUCKETS_MAX && cursor->bucket < buckets && step.count < max; i++) {
		if (cursor->bucket < chains)
			walk_chain(&step, hashinfo);
		else
			walk_listeners(&step, &hashinfo->lhash2[cursor->bucket - chains]);
	}
	rcu_read_unlock();
	cursor->done = cursor->bucket >= buckets;
	return step.count;
}
