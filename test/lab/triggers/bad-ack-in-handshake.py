# SPDX-License-Identifier: MIT
"""A client acknowledges another SYN than the server sent."""
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R", 1000)]


def trigger(world, port, family=4):
    with world.server.listen(port, family), world.ghost_client(port, family) as ghost:
        ghost.send("S")
        ghost.expect("SA")
        ghost.send("A", ack=ghost.ack + 1000)
        ghost.expect("R")
        return seen_by_server(ghost.address, port)
