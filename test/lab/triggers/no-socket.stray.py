# SPDX-License-Identifier: MIT
"""A segment with data comes to a port where nothing is, from somebody who never shook hands."""
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]


def trigger(world, port, family=4):
    with world.ghost_client(port, family) as ghost:
        ghost.ack = 2_000_000
        ghost.send("PA", b"as I was saying")
        ghost.expect("R")
        return seen_by_server(ghost.address, port, state=None, owner="none")
