# SPDX-License-Identifier: MIT
"""A RST of the client's in the window, and not exact, ends what the server has closed and waits for the client's FIN in."""
from gauntlet.orphans import half_closed
from gauntlet.truth import seen_by_server
from net.waits import wait_gone, wait_orphan

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("client", "R", 100)]


def trigger(world, port, family=4):
    with half_closed(world, port, family) as ghost:
        wait_orphan(world.server, ghost)
        ghost.send("R", seq=ghost.seq + 100)
        wait_gone(world.server, ghost.address)
        return seen_by_server(ghost.address, port, state="TIME_WAIT", owner="none")
