# SPDX-License-Identifier: MIT
"""A server aborts, and a rule of its own OUTPUT chain keeps the RST: the client never learns of it."""
import os

from gauntlet.dropping import dropping_rst
from gauntlet.truth import seen_by_server
from net.sockets import forget, linger_zero

SIDE = "server"
CONFIDENCE = "certain"
RESETS = []
# The kernel counts a RST before netfilter drops it.
COUNTED = {"TCPAbortOnData": 1, "OutRsts": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    with dropping_rst(world.server, family, "OUTPUT", port, "--sport") as wait_dropped:
        linger_zero(server)
        server.close()
        wait_dropped()
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="closer", pid=os.getpid())
    forget(client)
    return truth
