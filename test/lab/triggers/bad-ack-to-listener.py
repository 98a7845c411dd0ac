# SPDX-License-Identifier: MIT
"""An ACK of no handshake comes to a listener."""
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]


def trigger(world, port, family=4):
    with world.server.listen(port, family), world.ghost_client(port, family) as ghost:
        ghost.ack = 2_000_000
        ghost.send("A")
        ghost.expect("R")
        return seen_by_server(ghost.address, port, state="LISTEN")
