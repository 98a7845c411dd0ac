// SPDX-License-Identifier: GPL-2.0-only
/* The ehash chain of one tuple: what lookup.c reads out and near.c only names. */
#include <linux/rcupdate.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/sock.h>

#include "tcphash.h"

struct sock *tcphash_established_get(struct net *net, const struct tcphash_request *request)
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

enum tcphash_found tcphash_find(struct net *net, const struct tcphash_request *request)
{
	enum tcphash_found found = TCPHASH_NONE;
	struct sock *sk;

	rcu_read_lock();
	sk = tcphash_established_get(net, request);
	if (sk) {
		found = tcphash_kind(sk);
		sock_gen_put(sk);
	}
	rcu_read_unlock();
	return found;
}
