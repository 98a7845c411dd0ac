# SPDX-License-Identifier: MIT
"""The client forgets a connection that the server alone has closed, and connects from the same port again."""
from gauntlet.orphans import half_closed
from gauntlet.truth import seen_by_server
from net.waits import wait_orphan

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    with half_closed(world, port, family) as ghost, world.server.listen(port, family):
        wait_orphan(world.server, ghost)
        ghost.send("S", seq=ghost.seq + 1000)
        ghost.expect("RA")
        return seen_by_server(ghost.address, port, state="TIME_WAIT", owner="none")
