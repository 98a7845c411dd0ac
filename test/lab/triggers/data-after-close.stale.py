# SPDX-License-Identifier: MIT
"""A pooled connection: the server closed it when it was idle, and forgot it before the client used it again."""
import os

from gauntlet.orphans import half_closed
from gauntlet.truth import seen_by_server
from net.waits import wait_gone

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]


def trigger(world, port, family=4):
    with (world.server.sysctl("net.ipv4.tcp_fin_timeout", 1), half_closed(world, port, family) as ghost,
          world.server.listen(port, family)):
        wait_gone(world.server, ghost.address)
        ghost.send("PA", b"one more request")
        ghost.expect("R")
        return seen_by_server(ghost.address, port, pid=os.getpid())
