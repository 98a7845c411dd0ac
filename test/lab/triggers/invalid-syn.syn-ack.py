# SPDX-License-Identifier: MIT
"""A client answers a SYN-ACK with one of its own."""
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]
COUNTED = {"EmbryonicRsts": 1}


def trigger(world, port, family=4):
    with world.server.listen(port, family), world.ghost_client(port, family) as ghost:
        ghost.send("S")
        ghost.expect("SA")
        ghost.send("SA", seq=ghost.seq + 100)
        ghost.expect("R")
        return seen_by_server(ghost.address, port)
