# SPDX-License-Identifier: MIT
"""A RST answers our SYN and acknowledges nothing."""
from gauntlet.truth import seen_by_client
from net.counters import arriving
from net.sockets import forget

SIDE = "client"
CONFIDENCE = "certain"
WITHOUT_REASONS = "likely"
RESETS = [("server", "R", None)]


def trigger(world, port, family=4):
    with world.ghost_server(port, family) as ghost:
        client = world.begin_connect(ghost.address)
        ghost.expect("S")
        with arriving(world.client):
            ghost.send("R")
        ghost.send("SA")
        ghost.expect("A")
        truth = seen_by_client(client, port, state="SYN_SENT")
        forget(client)
        return truth
