/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only file that knows of kernel versions, and of parse.c being built
 * outside a kernel. The rest is written for the newest kernel.
 */
#ifndef TCPHASH_COMPAT_H
#define TCPHASH_COMPAT_H

#ifdef __KERNEL__

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#error "tcphash requires Linux >= 5.10"
#endif

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/in6.h>
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/types.h>

/*
 * The look-ups of include/net/inet_hashtables.h and inet6_hashtables.h lost
 * their hashinfo argument during 6.18. Kbuild asks the header; without Kbuild the
 * version decides.
 */
#ifndef TCPHASH_LOOKUP_HASHINFO
#define TCPHASH_LOOKUP_HASHINFO (LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0))
#endif

#if TCPHASH_LOOKUP_HASHINFO
#define tcphash_call(lookup, net, ...) lookup(net, tcphash_hashinfo(net), __VA_ARGS__)
#else
#define tcphash_call(lookup, net, ...) lookup(net, __VA_ARGS__)
#endif

/*
 * tcp_death_row of struct netns_ipv4 was a pointer from fbb8295248e1 (5.18) to
 * e9bd0cca09d1 (6.1). Kbuild asks the header for this too.
 */
#ifndef TCPHASH_DEATH_ROW_POINTER
#define TCPHASH_DEATH_ROW_POINTER (LINUX_VERSION_CODE >= KERNEL_VERSION(5, 18, 0) && \
				   LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0))
#endif

#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>
#include <net/net_namespace.h>

/* The table that a netns uses: its own, or the one that all others share. */
static inline struct inet_hashinfo *tcphash_hashinfo(const struct net *net)
{
#if TCPHASH_DEATH_ROW_POINTER
	return net->ipv4.tcp_death_row->hashinfo;
#else
	return net->ipv4.tcp_death_row.hashinfo;
#endif
}

/*
 * The listeners of one bucket, under RCU. 5.19 moved them from an hlist of
 * icsk_listen_portaddr_node to an hlist_nulls of sk_nulls_node, and the iterator
 * of the former went with it.
 */
#ifdef inet_lhash2_for_each_icsk_rcu
static inline struct sock *tcphash_listener(struct hlist_node *node)
{
	struct inet_connection_sock *icsk =
		hlist_entry_safe(node, struct inet_connection_sock, icsk_listen_portaddr_node);

	return (struct sock *)icsk;
}

static inline struct sock *tcphash_first_listener(struct inet_listen_hashbucket *head)
{
	return tcphash_listener(rcu_dereference(hlist_first_rcu(&head->head)));
}

static inline struct sock *tcphash_next_listener(struct sock *sk)
{
	struct hlist_node *node = &inet_csk(sk)->icsk_listen_portaddr_node;

	return tcphash_listener(rcu_dereference(hlist_next_rcu(node)));
}
#else
static inline struct sock *tcphash_listener(struct hlist_nulls_node *node)
{
	return is_a_nulls(node) ? NULL : hlist_nulls_entry(node, struct sock, sk_nulls_node);
}

static inline struct sock *tcphash_first_listener(struct inet_listen_hashbucket *head)
{
	return tcphash_listener(rcu_dereference(hlist_nulls_first_rcu(&head->nulls_head)));
}

static inline struct sock *tcphash_next_listener(struct sock *sk)
{
	return tcphash_listener(rcu_dereference(hlist_nulls_next_rcu(&sk->sk_nulls_node)));
}
#endif

#else /* !__KERNEL__: enough for parse.c */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#define BIT(n) (1u << (n))
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* net/core/utils.c has these; the callers here want the whole text to be an address. */
static inline int tcphash_pton(int family, const char *src, int len, u8 *dst, const char **end)
{
	char *text = strndup(src, len);
	int ok = text && inet_pton(family, text, dst) == 1;

	free(text);
	*end = src + (ok ? len : 0);
	return ok;
}

static inline int in4_pton(const char *src, int len, u8 *dst, int delim, const char **end)
{
	(void)delim;
	return tcphash_pton(AF_INET, src, len, dst, end);
}

static inline int in6_pton(const char *src, int len, u8 *dst, int delim, const char **end)
{
	(void)delim;
	return tcphash_pton(AF_INET6, src, len, dst, end);
}

#endif /* __KERNEL__ */

#endif /* TCPHASH_COMPAT_H */
