# SPDX-License-Identifier: MIT
"""The peer has closed, and our client goes on writing."""
import os

from world import seen_by_client, wait_closed_by_peer, wait_reset

SIDE = "client"


def trigger(world, port):
    client, server = world.connection(port)
    server.close()
    wait_closed_by_peer(client)
    client.send(b"one more request")
    wait_reset(client)
    truth = seen_by_client(client, port, state="CLOSE_WAIT", owner="socket", pid=os.getpid())
    client.close()
    return truth
