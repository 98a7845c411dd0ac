# SPDX-License-Identifier: MIT
"""The peer has closed, and our client goes on writing."""
import os

from gauntlet.truth import seen_by_client
from net.waits import wait_closed_by_peer, wait_reset

SIDE = "client"
CONFIDENCE = "likely"
RESETS = [("server", "R")]


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    server.close()
    wait_closed_by_peer(client)
    client.send(b"one more request")
    wait_reset(client)
    truth = seen_by_client(client, port, state="CLOSE_WAIT", owner="socket", pid=os.getpid())
    client.close()
    return truth
