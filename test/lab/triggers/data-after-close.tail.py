# SPDX-License-Identifier: MIT
"""The server closed first and has read all; the client's last words, as TLS has them, and its FIN come after."""
import os

from gauntlet.orphans import half_closed
from gauntlet.truth import seen_by_server
from net.waits import wait_orphan

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R"), ("server", "R")]
TOGETHER = True
CLOSE_NOTIFY = b"\x15\x03\x03\x00\x13" + bytes(19)  # a TLS alert, encrypted: 24 bytes


def trigger(world, port, family=4, count=1):
    return [truth for _ in range(count) for truth in tail(world, port, family)]


def tail(world, port, family):
    """The first segment meets what is kept of the connection and ends that, the second one the bare listener."""
    with half_closed(world, port, family) as ghost, world.server.listen(port, family):
        state = wait_orphan(world.server, ghost)
        ghost.send("PA", CLOSE_NOTIFY)
        ghost.send("FA")
        ghost.expect("R")
        ghost.expect("R")
        return [seen_by_server(ghost.address, port, state=state),
                seen_by_server(ghost.address, port, pid=os.getpid())]
