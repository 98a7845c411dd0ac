# SPDX-License-Identifier: MIT
"""The client's data crosses the server's FIN: nothing acknowledges the FIN yet."""
import os

from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]
COUNTED = {"TCPAbortOnData": 1}


def trigger(world, port, family=4):
    ghost, server = world.ghost_connection(port, family)
    with ghost:
        before_fin = ghost.ack
        server.close()
        ghost.expect("FA")
        ghost.send("PA", b"one more request", ack=before_fin)
        ghost.expect("R")
        return seen_by_server(ghost.address, port, state="FIN_WAIT1", owner="socket", pid=os.getpid())
