# SPDX-License-Identifier: MIT
"""Both ends have sent a SYN, and then the other acknowledges a SYN that was never sent."""
from gauntlet.truth import seen_by_client
from net.sockets import forget

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("client", "R", 1000)]


def trigger(world, port, family=4):
    with world.ghost_server(port, family) as ghost:
        client = world.begin_connect(ghost.address)
        ghost.expect("S")
        ghost.send("S")
        ghost.expect("SA")
        ghost.send("A", ack=ghost.ack + 1000)
        ghost.expect("R")
        truth = seen_by_client(client, port, state="SYN_RECV")
        forget(client)
        return truth
