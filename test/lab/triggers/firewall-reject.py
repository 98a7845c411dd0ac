# SPDX-License-Identifier: MIT
"""The server's firewall rejects a port with an iptables rule."""
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
NETFILTER = True


def trigger(world, port, family=4):
    with world.server.reject(family, "INPUT", port), world.server.listen(port, family):
        return seen_by_server(world.refused(port, family), port, owner="none")
