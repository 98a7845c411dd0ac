# SPDX-License-Identifier: MIT
"""A server's SYN-ACK acknowledges another SYN than the client sent."""
from gauntlet.truth import seen_by_client

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("client", "R", 1000)]


def trigger(world, port, family=4):
    with world.ghost_server(port, family) as ghost:
        client = world.begin_connect(ghost.address)
        ghost.expect("S")
        ghost.send("SA", ack=ghost.ack + 1000)
        ghost.expect("R")
        truth = seen_by_client(client, port, state="SYN_SENT")
        client.close()
        return truth
