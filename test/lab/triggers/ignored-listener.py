# SPDX-License-Identifier: MIT
"""A RST comes to a listener, and belongs to no handshake."""
from gauntlet.truth import seen_by_server
from net.counters import arriving
from net.sockets import forget

SIDE = "server"
CONFIDENCE = "certain"
WITHOUT_REASONS = "likely"
RESETS = [("client", "R", None)]


def trigger(world, port, family=4):
    with world.server.listen(port, family) as listener, world.ghost_client(port, family) as ghost:
        with arriving(world.server):
            ghost.send("R")
        world.on_reset(ghost.address)
        ghost.connect()
        forget(listener.accept()[0])
        return seen_by_server(ghost.address, port, state="LISTEN")
