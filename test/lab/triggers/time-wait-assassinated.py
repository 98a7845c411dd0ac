# SPDX-License-Identifier: MIT
"""A RST of the client's ends the server's time-wait, as RFC 1337 warns of."""
from truth import seen_by_server
from waits import wait_gone, wait_state

SIDE = "server"
RESETS = [("client", "R")]


def trigger(world, port, family=4):
    ghost, server = world.ghost_connection(port, family)
    with ghost, world.server.sysctl("net.ipv4.tcp_rfc1337", 0):
        server.close()
        ghost.expect("FA")
        ghost.send("FA")
        ghost.expect("A")
        wait_state(world.server, ghost.address, "TIME_WAIT")
        ghost.send("R")
        wait_gone(world.server, ghost.address)
        return seen_by_server(ghost.address, port, state="TIME_WAIT", owner="none")
