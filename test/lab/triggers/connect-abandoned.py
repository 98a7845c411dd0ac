# SPDX-License-Identifier: MIT
"""A client gives up connecting before the server's answer is there: no socket takes that any more."""
import os

from gauntlet.truth import end, seen_by_client
from net.waits import wait_gone

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("client", "R")]


def trigger(world, port, family=4):
    with world.ghost_server(port, family) as ghost:
        client = world.begin_connect(ghost.address)
        here = end(client)
        ghost.expect("S")
        client.close()
        wait_gone(world.client, here)
        ghost.send("SA")
        ghost.expect("R")
        return seen_by_client(here, port, pid=os.getpid())
