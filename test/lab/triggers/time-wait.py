# SPDX-License-Identifier: MIT
"""A SYN falls into the window of a connection that the server has closed and that waits for its end."""
from gauntlet.orphans import half_closed
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    with half_closed(world, port, family) as ghost:
        ghost.send("S", seq=ghost.seq + 100)
        ghost.expect("RA")
        return seen_by_server(ghost.address, port, state="TIME_WAIT", owner="none")
