# SPDX-License-Identifier: MIT
"""A RST comes for a time-wait of a host that follows RFC 1337."""
from counters import arriving
from truth import seen_by_server
from waits import STATES, states, wait_state

SIDE = "server"
RESETS = [("client", "R")]


def trigger(world, port, family=4):
    ghost, server = world.ghost_connection(port, family)
    with ghost, world.server.sysctl("net.ipv4.tcp_rfc1337", 1):
        server.close()
        ghost.expect("FA")
        ghost.send("FA")
        ghost.expect("A")
        wait_state(world.server, ghost.address, "TIME_WAIT")
        with arriving(world.server):
            ghost.send("R")
        if states(world.server, ghost.address[1]) != [STATES["TIME_WAIT"]]:
            raise AssertionError("the time-wait is gone")
        return seen_by_server(ghost.address, port, state="TIME_WAIT", owner="none")
