# SPDX-License-Identifier: MIT
"""The client's FIN was lost and comes again with data that was read before; the server closes with everything read."""
import os

from gauntlet.old_data import fin_with_old_data, missing  # noqa: F401
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"TCPAbortOnClose": 1}


def trigger(world, port, family=4):
    ghost, server = world.ghost_connection(port, family)
    with ghost:
        fin_with_old_data(ghost, server)
        server.close()
        ghost.expect("RA")
        return seen_by_server(ghost.address, port, state="CLOSE_WAIT", owner="closer", pid=os.getpid())
