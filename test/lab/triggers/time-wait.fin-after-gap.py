# SPDX-License-Identifier: MIT
"""The client's FIN reaches the closed connection, and what it sent before does not."""
from gauntlet.orphans import half_closed
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]


def trigger(world, port, family=4):
    with half_closed(world, port, family) as ghost:
        ghost.send("FA", seq=ghost.seq + 100)
        ghost.expect("R")
        return seen_by_server(ghost.address, port, state="TIME_WAIT", owner="none")
