# SPDX-License-Identifier: MIT
"""Somebody floods a server with SYNs in the name of this host, which gets the answers."""
from gauntlet.truth import seen_by_client

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("client", "R")]
SPOOFED_PORT = 40002


def trigger(world, port, family=4):
    with world.ghost_server(port, family) as ghost:
        ghost.other = (world.client.address(family), SPOOFED_PORT)
        ghost.ack = 2_000_000
        ghost.send("SA")
        ghost.expect("R")
        return seen_by_client(ghost.other, port, state=None, owner="none")
