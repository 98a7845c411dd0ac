# SPDX-License-Identifier: MIT
"""A RST of the client's ends the server's time-wait, as RFC 1337 warns of."""
from gauntlet.orphans import over
from gauntlet.truth import seen_by_server
from net.waits import wait_gone

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("client", "R")]


def trigger(world, port, family=4):
    with over(world, port, family, rfc1337=0) as ghost:
        ghost.send("R")
        wait_gone(world.server, ghost.address)
        return seen_by_server(ghost.address, port, state="TIME_WAIT", owner="none")
