// SPDX-License-Identifier: GPL-2.0-only
/*
 * Near misses: sockets that resemble the tuple when the table has none for it.
 * Costs more than a look-up, so a request must ask for it: near=1.
 */
#include <linux/bitops.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <net/inet_hashtables.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "tcphash.h"

#define NETNS_SEEN_MAX		64
/* Of one RCU section, those included whose rights are asked for in vain. */
#define NETNS_MET_MAX		256
/* Between two rescheduling points. */
#define BUCKETS_PER_SLICE	256
/* tcp_init() (net/ipv4/tcp.c) makes at most 65536 buckets, so this bounds their contents. */
#define LISTENERS_MAX		65536

/* What a packet of the other direction would find here. */
static enum tcphash_found find_reversed(struct net *net, const struct tcphash_request *request)
{
	struct tcphash_request reversed = *request;

	reversed.saddr = request->daddr;
	reversed.sport = request->dport;
	reversed.daddr = request->saddr;
	reversed.dport = request->sport;
	return tcphash_find(net, &reversed);
}

/*
 * An interface's index means nothing in another netns: sockets bound to one are
 * not seen there. A netns is not freed, nor is its ehash, before a grace period
 * after it left the list: cleanup_net() in net/core/net_namespace.c.
 */
static void find_elsewhere(struct net *here, const struct tcphash_request *request,
			   const struct file *opener, struct tcphash_near *near)
{
	struct tcphash_request unbound = *request;
	unsigned int met = 0;
	struct net *net;

	unbound.dif = 0;
	unbound.sdif = 0;
	/* The socket may be here, and not for what comes by a VRF. */
	if (request->sdif) {
		near->other_found = tcphash_find(here, &unbound);
		if (near->other_found != TCPHASH_NONE) {
			near->other_netns = here->ns.inum;
			return;
		}
	}
	rcu_read_lock();
	for_each_net_rcu(net) {
		near->netns_cut = met++ == NETNS_MET_MAX;
		if (near->netns_cut)
			break;
		if (net_eq(net, here) || !check_net(net) || !tcphash_netns_allowed(net, opener))
			continue;
		near->netns_cut = near->netns_seen == NETNS_SEEN_MAX;
		if (near->netns_cut)
			break;
		near->netns_seen++;
		near->other_found = tcphash_find(net, &unbound);
		if (near->other_found != TCPHASH_NONE) {
			near->other_netns = net->ns.inum;
			break;
		}
	}
	rcu_read_unlock();
}

#if IS_ENABLED(CONFIG_IPV6)
/* The rules of inet6_rcv_saddr_equal() and of ipv6_only_sock(), for one address. */
static u8 differs6(const struct sock *sk, const struct tcphash_request *request)
{
	const struct in6_addr *address = &sk->sk_v6_rcv_saddr;

	if (request->family == AF_INET6) {
		if (ipv6_addr_v4mapped(address))
			return TCPHASH_DIFFERS_FAMILY;
		if (ipv6_addr_any(address) || ipv6_addr_equal(address, &request->daddr.v6))
			return 0;
		return TCPHASH_DIFFERS_ADDRESS;
	}
	if (ipv6_addr_v4mapped(address))
		return address->s6_addr32[3] == request->daddr.v4 ? 0 : TCPHASH_DIFFERS_ADDRESS;
	return sk->sk_ipv6only || !ipv6_addr_any(address) ? TCPHASH_DIFFERS_FAMILY : 0;
}
#endif

static u8 differs4(const struct sock *sk, const struct tcphash_request *request)
{
	if (request->family == AF_INET6)
		return TCPHASH_DIFFERS_FAMILY;
	if (!sk->sk_rcv_saddr || sk->sk_rcv_saddr == request->daddr.v4)
		return 0;
	return TCPHASH_DIFFERS_ADDRESS;
}

static u8 differs(const struct sock *sk, const struct tcphash_request *request)
{
	int bound = READ_ONCE(sk->sk_bound_dev_if);
	u8 device = inet_sk_bound_dev_eq(sock_net(sk), bound, request->dif, request->sdif) ?
		    0 : TCPHASH_DIFFERS_DEVICE;

#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		return differs6(sk, request) | device;
#endif
	return differs4(sk, request) | device;
}

/* Whether the difference `how` is smaller than `than`: fewer flags, or smaller ones. */
static bool nearer(u8 how, u8 than)
{
	if (!than || hweight8(how) != hweight8(than))
		return !than || hweight8(how) < hweight8(than);
	return how < than;
}

/* Keeps the listener that differs least. */
static void consider(const struct sock *sk, const struct tcphash_request *request,
		     struct tcphash_near *near)
{
	u8 how = differs(sk, request);

	if (!how)
		near->hidden = true;
	if (!how || !nearer(how, near->differs))
		return;
	near->differs = how;
	near->family = sk->sk_family;
	near->ifindex = READ_ONCE(sk->sk_bound_dev_if);
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		near->address.v6 = sk->sk_v6_rcv_saddr;
		return;
	}
#endif
	near->address.v4 = sk->sk_rcv_saddr;
}

/* Returns how many sockets it met. */
static unsigned int consider_bucket(struct inet_listen_hashbucket *head, const struct net *net,
				    const struct tcphash_request *request,
				    struct tcphash_near *near)
{
	unsigned int seen = 0, restarts = 0;
	struct sock *sk, *next;

restart:
	for (sk = tcphash_first_listener(head); sk && seen < LISTENERS_MAX; sk = next) {
		seen++;
		if (!tcphash_listener_next(sk, &next)) {
			if (restarts++ < TCPHASH_CHAIN_RESTARTS)
				goto restart;
			continue;
		}
		if (sk->sk_num != request->dport || !tcphash_listener_get(sk, net))
			continue;
		/* Before there was a reference it may have been another socket. */
		if (sk->sk_num == request->dport)
			consider(sk, request, near);
		sock_gen_put(sk);
	}
	return seen;
}

/*
 * lhash2 is keyed by address and port, so listeners on a port, on any address,
 * may be in every bucket. A netns with its own ehash still shares lhash2:
 * inet_pernet_hashinfo_alloc().
 */
static void find_listener(struct net *net, const struct tcphash_request *request,
			  struct tcphash_near *near)
{
	struct inet_hashinfo *hashinfo = tcphash_hashinfo(net);
	unsigned int bucket = 0, seen = 0, end;

	while (bucket <= hashinfo->lhash2_mask && seen < LISTENERS_MAX) {
		rcu_read_lock();
		end = bucket + BUCKETS_PER_SLICE;
		for (; bucket < end && bucket <= hashinfo->lhash2_mask && seen < LISTENERS_MAX;
		     bucket++)
			seen += consider_bucket(&hashinfo->lhash2[bucket], net, request, near);
		rcu_read_unlock();
		cond_resched();
	}
}

void tcphash_near(struct net *net, const struct tcphash_request *request,
		  const struct file *opener, struct tcphash_answer *answer)
{
	answer->near.reversed = find_reversed(net, request);
	find_elsewhere(net, request, opener, &answer->near);
	if (answer->found == TCPHASH_NONE)
		find_listener(net, request, &answer->near);
}
