# SPDX-License-Identifier: MIT
"""A RST ends a handshake though it acknowledges a SYN ACK that was never sent: it has the exact number."""
import platform

from gauntlet.truth import seen_by_server
from net.waits import wait_gone, wait_state

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("client", "RA")]


def missing():
    return "this kernel looks at the ACK first" if platform.release().startswith("5.10.") else None


def trigger(world, port, family=4):
    with world.server.listen(port, family), world.ghost_client(port, family) as ghost:
        ghost.send("S")
        ghost.expect("SA")
        wait_state(world.server, ghost.address, "SYN_RECV")
        ghost.send("RA", ack=ghost.ack + 7)
        wait_gone(world.server, ghost.address)
        world.on_reset(ghost.address)
        return seen_by_server(ghost.address, port, state="NEW_SYN_RECV")
