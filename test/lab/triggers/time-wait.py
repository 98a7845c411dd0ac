# SPDX-License-Identifier: MIT
"""A SYN falls into the window of a connection that the server has closed and that waits for its end."""
from truth import seen_by_server
from waits import wait_state

SIDE = "server"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    ghost, server = world.ghost_connection(port, family)
    with ghost:
        server.close()
        ghost.expect("FA")
        ghost.send("A")
        wait_state(world.server, ghost.address, "FIN_WAIT2")
        ghost.send("S", seq=ghost.seq + 100)
        ghost.expect("RA")
        return seen_by_server(ghost.address, port, state="TIME_WAIT", owner="none")
