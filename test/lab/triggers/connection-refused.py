# SPDX-License-Identifier: MIT
"""Our client connects to a port where nothing listens at the peer."""
import os

from world import seen_by_client

SIDE = "client"


def trigger(world, port):
    with world.client.socket() as client:
        client.bind((world.client.address, 0))
        try:
            client.connect((world.server.address, port))
        except ConnectionRefusedError:
            return seen_by_client(client, port, state="SYN_SENT", owner="socket", pid=os.getpid())
    raise AssertionError("the connection was not refused")
