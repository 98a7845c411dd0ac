# SPDX-License-Identifier: MIT
"""Two segments of the same stray connection, one right after the other."""
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R"), ("server", "R", None)]
ALSO = [{"cause": "no-socket", "confidence": "certain"}]


def trigger(world, port, family=4):
    with world.ghost_client(port, family) as ghost:
        ghost.ack = 2_000_000
        ghost.send("PA", b"as I was saying")
        ghost.send("PA", b"over and over")
        ghost.expect("R")
        ghost.expect("R")
        return seen_by_server(ghost.address, port, state=None, owner="none")
