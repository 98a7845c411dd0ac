// SPDX-License-Identifier: GPL-2.0-only
/* Network namespaces: how they are found, and the right to look into one. */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "tcphash.h"

/*
 * By inode as /proc/PID/ns/net shows it. get_net_ns_by_id() is not exported
 * before 6.1 and takes another number, the nsid.
 */
static struct net *by_inode(u32 inode)
{
	struct net *net, *found = NULL;

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

/* The n-th netns, or NULL: a way through all of them that holds no lock in between. */
struct net *tcphash_netns_nth(unsigned int n)
{
	struct net *net, *found = NULL;

	rcu_read_lock();
	for_each_net_rcu(net) {
		if (n--)
			continue;
		/* Skips a netns that is being destroyed. */
		found = maybe_get_net(net);
		if (found)
			break;
		n = 0;
	}
	rcu_read_unlock();
	return found;
}

/*
 * Opener and writer both need the capability. file_ns_capable()
 * (kernel/capability.c) stops an opener who makes a program with more rights
 * write; ns_capable() stops a writer with fewer rights than the opener.
 */
static bool allowed(struct user_namespace *owner, const struct file *opener)
{
	return ns_capable_noaudit(owner, CAP_NET_ADMIN) &&
	       file_ns_capable(opener, owner, CAP_NET_ADMIN);
}

bool tcphash_netns_allowed(const struct net *net, const struct file *opener)
{
	return allowed(net->user_ns, opener);
}

/* Whether opener and writer may see facts of the whole host, as of the shared table. */
bool tcphash_host_allowed(const struct file *opener)
{
	return allowed(&init_user_ns, opener);
}

struct net *tcphash_netns_get(const struct tcphash_request *request, const struct file *opener,
			      struct tcphash_error *error)
{
	struct net *net = request->netns ? by_inode(request->netns) :
					   get_net(current->nsproxy->net_ns);

	if (net && tcphash_netns_allowed(net, opener))
		return net;
	if (!net && tcphash_host_allowed(opener)) {
		tcphash_refuse(error, "ENOENT", request->netns_column, "no such netns");
		return NULL;
	}
	tcphash_refuse(error, "EPERM", request->netns_column, "no CAP_NET_ADMIN over this netns");
	if (net)
		put_net(net);
	return NULL;
}
