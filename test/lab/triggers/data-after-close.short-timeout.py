# SPDX-License-Identifier: MIT
"""The client's FIN comes when the server's time-wait is over: tcp_fin_timeout is a second."""
import os

from gauntlet.orphans import half_closed
from gauntlet.truth import seen_by_server
from net.waits import wait_gone

SIDE = "server"
CONFIDENCE = "likely"
RESETS = [("server", "R")]


def trigger(world, port, family=4):
    with world.server.sysctl("net.ipv4.tcp_fin_timeout", 1), half_closed(world, port, family) as ghost:
        wait_gone(world.server, ghost.address)
        ghost.send("FA")
        ghost.expect("R")
        return seen_by_server(ghost.address, port, owner="closer", pid=os.getpid())
