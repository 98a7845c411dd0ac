# SPDX-License-Identifier: MIT
"""A client is killed while it connects, before the server's answer is there."""
import signal

from gauntlet.children import Child
from gauntlet.truth import seen_by_client
from net.waits import wait_gone

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("client", "R")]


def trigger(world, port, family=4):
    with world.ghost_server(port, family) as ghost:
        def connect(tell):
            client = world.begin_connect(ghost.address)
            tell()
            signal.pause()
            client.close()

        child = Child(connect)
        child.wait_ready()
        here = ghost.expect("S").source
        child.end()
        wait_gone(world.client, here)
        ghost.send("SA")
        ghost.expect("R")
        return seen_by_client(here, port, pid=child.pid)
