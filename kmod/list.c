// SPDX-License-Identifier: GPL-2.0-only
/* The request "list": one bounded slice of the table. */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/net_namespace.h>

#include "tcphash.h"

#define SLICE_NS	(20 * NSEC_PER_MSEC)

/* Writes as much as fits, with room left for the last line. */
static int list(struct net *net, const struct tcphash_request *request,
		struct tcphash_entry *entries, char *buf, size_t size)
{
	struct tcphash_answer answer = {
		.at = ktime_get_boottime_ns(),
		.netns = net->ns.inum,
	};
	struct tcphash_cursor cursor = { .bucket = request->from, .skip = request->skip };
	const u32 max = request->max ?: U32_MAX;
	unsigned int room, count, i;
	u32 listed = 0;
	int len = 0;

	do {
		room = (size - len) / TCPHASH_ANSWER_MAX;
		if (room < 2 || listed == max || fatal_signal_pending(current))
			break;
		count = tcphash_walk(net, request, &cursor, entries,
				     min3((u32)TCPHASH_BATCH, (u32)room - 1, max - listed));
		for (i = 0; i < count; i++)
			len += tcphash_format_entry(buf + len, TCPHASH_ANSWER_MAX, request,
						    &entries[i]);
		listed += count;
		cond_resched();
	} while (!cursor.done && ktime_get_boottime_ns() - answer.at < SLICE_NS);

	return len + tcphash_format_listed(buf + len, size - len, request, &answer, listed,
					   &cursor);
}

int tcphash_list(const struct tcphash_request *request, const struct file *opener,
		 char *buf, size_t size, struct tcphash_error *error)
{
	struct tcphash_entry *entries;
	struct net *net;
	int len;

	if (!tcphash_host_allowed(opener)) {
		tcphash_refuse(error, "EPERM", 1,
			       "no CAP_NET_ADMIN over the initial user namespace");
		return -EPERM;
	}
	net = tcphash_netns_get(request, opener, error);
	if (!net)
		return -EPERM;
	entries = kmalloc_array(TCPHASH_BATCH, sizeof(*entries), GFP_KERNEL);
	if (entries) {
		len = list(net, request, entries, buf, size);
	} else {
		tcphash_refuse(error, "ENOMEM", 1, "no memory");
		len = -ENOMEM;
	}
	kfree(entries);
	put_net(net);
	return len;
}
