# SPDX-License-Identifier: MIT
"""The client's FIN reaches the closed connection, and what it sent before does not."""
from truth import seen_by_server
from waits import wait_state

SIDE = "server"
RESETS = [("server", "R")]


def trigger(world, port, family=4):
    ghost, server = world.ghost_connection(port, family)
    with ghost:
        server.close()
        ghost.expect("FA")
        ghost.send("A")
        wait_state(world.server, ghost.address, "FIN_WAIT2")
        ghost.send("FA", seq=ghost.seq + 100)
        ghost.expect("R")
        return seen_by_server(ghost.address, port, state="TIME_WAIT", owner="none")
