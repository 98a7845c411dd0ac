// SPDX-License-Identifier: GPL-2.0-only
/* VRFs: by which slave a packet came in. */
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <net/net_namespace.h>

#include "tcphash.h"

static int keep_first(struct net_device *lower, struct netdev_nested_priv *priv)
{
	*(int *)priv->data = lower->ifindex;
	return 1;
}

/*
 * When TCP looks, the VRF stands in the place of its slave, which is sdif then
 * (drivers/net/vrf.c, vrf_ip_rcv(); inet_sdif()); of what comes from the host
 * itself the VRF is both. The caller has seen the VRF alone. That there is an
 * sdif is what keeps the packet from a socket that is bound to nothing; which
 * one it is matters to a socket that is bound to a slave, and where a VRF has
 * several the first is taken.
 */
int tcphash_slave(struct net *net, int dif)
{
	int slave = 0;
	struct netdev_nested_priv priv = { .data = &slave };
	struct net_device *dev;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, dif);
	if (dev && netif_is_l3_master(dev)) {
		slave = dif;
		netdev_walk_all_lower_dev_rcu(dev, keep_first, &priv);
	}
	rcu_read_unlock();
	return slave;
}
