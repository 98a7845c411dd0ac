# SPDX-License-Identifier: MIT
"""A Mac's interrupted program: FIN, then a RST with the FIN's number; the server has closed its end by then."""
import os

from gauntlet.truth import seen_by_server
from net.waits import wait_closed_by_peer, wait_gone, wait_state

SIDE = "server"
CONFIDENCE = "likely"
RESETS = [("client", "RA", -1)]


def trigger(world, port, family=4):
    ghost, server = world.ghost_connection(port, family)
    with ghost:
        ghost.send("FA")
        wait_closed_by_peer(server)
        server.close()
        wait_state(world.server, ghost.address, "LAST_ACK")
        ghost.send("RA", seq=ghost.seq - 1)
        wait_gone(world.server, ghost.address)
        return seen_by_server(ghost.address, port, state="LAST_ACK", owner="socket", pid=os.getpid())
