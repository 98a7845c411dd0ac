# SPDX-License-Identifier: MIT
"""A RST for a time-wait misses its number."""
from counters import arriving
from truth import seen_by_server
from waits import STATES, states, wait_state

SIDE = "server"
RESETS = [("client", "R", 100)]


def trigger(world, port, family=4):
    ghost, server = world.ghost_connection(port, family)
    with ghost, world.server.sysctl("net.ipv4.tcp_rfc1337", 0):
        server.close()
        ghost.expect("FA")
        ghost.send("FA")
        ghost.expect("A")
        wait_state(world.server, ghost.address, "TIME_WAIT")
        with arriving(world.server):
            ghost.send("R", seq=ghost.seq + 100)
        if states(world.server, ghost.address[1]) != [STATES["TIME_WAIT"]]:
            raise AssertionError("the time-wait is gone")
        return seen_by_server(ghost.address, port, state="TIME_WAIT", owner="none")
