// SPDX-License-Identifier: GPL-2.0-only
/* Loading with dump=1: the whole table, once, in the kernel log. For study, never by default. */
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/net_namespace.h>

#include "tcphash.h"

/* A console may take a hundred lines a second; insmod waits for all of this. */
#define DUMP_NS	(5ULL * NSEC_PER_SEC)

static bool dump;
module_param(dump, bool, 0444);
MODULE_PARM_DESC(dump, "print the TCP hash table to the kernel log when loaded (default: no)");

static unsigned int dump_max = 1000;
module_param(dump_max, uint, 0444);
MODULE_PARM_DESC(dump_max, "sockets that dump=1 prints at most (default: 1000)");

/* The socket's own view, so this host is on the left. */
static void print(const struct tcphash_entry *entry)
{
	const struct tcphash_answer *answer = &entry->answer;

	if (entry->family == AF_INET6)
		pr_info("[%pI6c]:%u ---> [%pI6c]:%u %s snd_una %u snd_nxt %u rcv_nxt %u\n",
			&entry->daddr.v6, entry->dport, &entry->saddr.v6, entry->sport,
			tcphash_state_name(answer->state), answer->snd_una, answer->snd_nxt,
			answer->rcv_nxt);
	else
		pr_info("%pI4:%u ---> %pI4:%u %s snd_una %u snd_nxt %u rcv_nxt %u\n",
			&entry->daddr.v4, entry->dport, &entry->saddr.v4, entry->sport,
			tcphash_state_name(answer->state), answer->snd_una, answer->snd_nxt,
			answer->rcv_nxt);
}

/* Returns false when the time or the number of sockets is used up. */
static bool dump_netns(struct net *net, struct tcphash_entry *entries, u64 end, u32 *left)
{
	static const struct tcphash_request everything;
	struct tcphash_cursor cursor = {};
	unsigned int count, i;

	pr_info("netns %u\n", net->ns.inum);
	pr_info("--- Established ---\n");
	while (!cursor.done) {
		if (!*left || ktime_get_boottime_ns() > end || fatal_signal_pending(current))
			return false;
		count = tcphash_walk(net, &everything, &cursor, entries,
				     min_t(u32, TCPHASH_BATCH, *left));
		for (i = 0; i < count; i++)
			print(&entries[i]);
		*left -= count;
		cond_resched();
	}
	return true;
}

void tcphash_dump(void)
{
	u64 end = ktime_get_boottime_ns() + DUMP_NS;
	struct tcphash_entry *entries;
	u32 left = dump_max;
	unsigned int n = 0;
	struct net *net;
	bool more = true;

	if (!dump)
		return;
	entries = kmalloc_array(TCPHASH_BATCH, sizeof(*entries), GFP_KERNEL);
	if (!entries)
		return;
	while (more && (net = tcphash_netns_nth(n++))) {
		more = dump_netns(net, entries, end, &left);
		put_net(net);
	}
	pr_info("--- %s after %u sockets ---\n", more ? "end" : "cut short", dump_max - left);
	kfree(entries);
}
