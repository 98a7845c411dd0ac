# SPDX-License-Identifier: MIT
"""A RST comes for a time-wait of a host that follows RFC 1337."""
from gauntlet.orphans import over
from gauntlet.truth import seen_by_server
from net.counters import arriving
from net.waits import STATES, states

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("client", "R")]


def trigger(world, port, family=4):
    with over(world, port, family, rfc1337=1) as ghost:
        with arriving(world.server):
            ghost.send("R")
        if states(world.server, ghost.address[1]) != [STATES["TIME_WAIT"]]:
            raise AssertionError("the time-wait is gone")
        return seen_by_server(ghost.address, port, state="TIME_WAIT", owner="none")
