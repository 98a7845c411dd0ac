# SPDX-License-Identifier: MIT
"""A server of one request closes while the client's upload is under way: nothing listens any more."""
import os

from gauntlet.orphans import half_closed
from gauntlet.truth import seen_by_server
from net.waits import wait_orphan

SIDE = "server"
CONFIDENCE = "certain"
IN_FLIGHT = 3
RESETS = [("server", "R")] * IN_FLIGHT
TOGETHER = True


def trigger(world, port, family=4, count=1):
    return [truth for _ in range(count) for truth in tail(world, port, family)]


def tail(world, port, family):
    """The first segment meets what is kept of the connection and ends that, the others no socket at all."""
    with half_closed(world, port, family) as ghost:
        state = wait_orphan(world.server, ghost)
        for _ in range(IN_FLIGHT):
            ghost.send("PA", b"a part of the upload")
        for _ in range(IN_FLIGHT):
            ghost.expect("R")
        first = seen_by_server(ghost.address, port, state=state)
        return [first] + [seen_by_server(ghost.address, port, pid=os.getpid())] * (IN_FLIGHT - 1)
