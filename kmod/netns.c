// SPDX-License-Identifier: GPL-2.0-only
/* Network namespaces: found by inode, and who may look into which. */
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

/* For going through all of them without a lock held between one and the next. */
struct net *tcphash_netns_nth(unsigned int n)
{
	struct net *net, *found = NULL;

	rcu_read_lock();
	for_each_net_rcu(net) {
		if (n--)
			continue;
		/* One that is on its way out is passed over. */
		found = maybe_get_net(net);
		if (found)
			break;
		n = 0;
	}
	rcu_read_unlock();
	return found;
}

/*
 * Both the one who opened the file and the one who writes: file_ns_capable()
 * (kernel/capability.c) is against a program with more rights that is made to
 * write, ns_capable() against a file that went to somebody with less.
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

/* May it see what concerns the whole host, as a table shared by all netns does? */
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
