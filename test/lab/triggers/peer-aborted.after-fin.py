# SPDX-License-Identifier: MIT
"""A Mac's interrupted program: FIN, then a RST with the FIN's number, while the server has not closed yet."""
import os

from gauntlet.truth import seen_by_server
from net.waits import wait_closed_by_peer, wait_reset

SIDE = "server"
CONFIDENCE = "likely"
RESETS = [("client", "R", -1)]
COUNTED = {"EstabResets": 1}


def trigger(world, port, family=4):
    ghost, server = world.ghost_connection(port, family)
    with ghost, server:
        ghost.send("FA")
        wait_closed_by_peer(server)
        ghost.send("R", seq=ghost.seq - 1, window=0)
        wait_reset(server)
        return seen_by_server(ghost.address, port, state="CLOSE_WAIT", owner="socket", pid=os.getpid())
