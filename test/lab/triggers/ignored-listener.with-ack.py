# SPDX-License-Identifier: MIT
"""The same, as an abort of a connection from before the listener's restart looks."""
from gauntlet.truth import seen_by_server
from net.counters import arriving
from net.sockets import forget

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("client", "RA", None)]


def trigger(world, port, family=4):
    with world.server.listen(port, family) as listener, world.ghost_client(port, family) as ghost:
        ghost.ack = 2_000_000
        with arriving(world.server):
            ghost.send("RA")
        world.on_reset(ghost.address)
        ghost.connect()
        forget(listener.accept()[0])
        return seen_by_server(ghost.address, port, state="LISTEN")
