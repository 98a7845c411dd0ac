# SPDX-License-Identifier: MIT
"""The one listener closes between a client's SYN and its ACK."""
import os

from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]


def trigger(world, port, family=4):
    with world.ghost_client(port, family) as ghost:
        with world.server.listen(port, family):
            ghost.send("S")
            ghost.expect("SA")
        ghost.send("A")
        ghost.expect("R")
        return seen_by_server(ghost.address, port, owner="closer", pid=os.getpid())
