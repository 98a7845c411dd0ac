# SPDX-License-Identifier: MIT
"""A scanner has learnt from the SYN-ACK what it wanted to know."""
from gauntlet.truth import seen_by_server
from net.waits import wait_gone, wait_state

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("client", "R")]
COUNTED = {"EmbryonicRsts": 1}


def trigger(world, port, family=4):
    with world.server.listen(port, family), world.ghost_client(port, family) as ghost:
        ghost.send("S")
        ghost.expect("SA")
        wait_state(world.server, ghost.address, "SYN_RECV")
        ghost.send("R")
        wait_gone(world.server, ghost.address)
        return seen_by_server(ghost.address, port)
