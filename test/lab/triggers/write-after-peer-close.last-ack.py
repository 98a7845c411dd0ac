# SPDX-License-Identifier: MIT
"""The peer has closed; our client writes once more and closes, before the peer's answer is there."""
import os

from gauntlet.truth import seen_by_client
from net.waits import wait_closed_by_peer, wait_gone, wait_state

SIDE = "client"
CONFIDENCE = "likely"
RESETS = [("server", "R")]


def trigger(world, port, family=4):
    with world.ghost_server(port, family) as ghost:
        client = world.begin_connect(ghost.address)
        ghost.accept()
        ghost.send("FA")
        wait_closed_by_peer(client)
        here = client.getsockname()[:2]
        client.send(b"one more request")
        client.close()
        wait_state(world.client, here, "LAST_ACK")
        ghost.send("R")
        wait_gone(world.client, here)
        return seen_by_client(here, port, state="LAST_ACK", owner="socket", pid=os.getpid())
