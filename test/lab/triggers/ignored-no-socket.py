# SPDX-License-Identifier: MIT
"""A RST comes for a connection that was never there."""
from gauntlet.truth import seen_by_server
from net.counters import arriving

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("client", "R", None)]


def trigger(world, port, family=4):
    with world.ghost_client(port, family) as ghost, arriving(world.server):
        ghost.send("R")
        return seen_by_server(ghost.address, port, state=None, owner="none")
