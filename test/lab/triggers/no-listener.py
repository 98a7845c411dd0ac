# SPDX-License-Identifier: MIT
"""A client connects to a port where nothing listens."""
from world import seen_by_server

SIDE = "server"


def trigger(world, port):
    with world.client.socket() as client:
        client.bind((world.client.address, 0))
        try:
            client.connect((world.server.address, port))
        except ConnectionRefusedError:
            return seen_by_server(client, port, state=None, owner="none")
    raise AssertionError("the connection was not refused")
