# SPDX-License-Identifier: MIT
"""A RST acknowledges another number than that of the SYN ACK: the listener gets it, and the handshake goes on."""
import platform

from gauntlet.truth import seen_by_server
from net.counters import arriving
from net.sockets import forget

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("client", "RA")]


def missing():
    return None if platform.release().startswith("5.10.") else "this kernel looks at the RST first"


def trigger(world, port, family=4):
    with world.server.listen(port, family) as listener, world.ghost_client(port, family) as ghost:
        ghost.send("S")
        ghost.expect("SA")
        with arriving(world.server):
            ghost.send("RA", ack=ghost.ack + 7)
        world.on_reset(ghost.address)
        ghost.send("A")
        forget(listener.accept()[0])
        return seen_by_server(ghost.address, port, state="NEW_SYN_RECV")
