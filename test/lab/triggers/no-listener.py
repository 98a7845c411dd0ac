# SPDX-License-Identifier: MIT
"""A client connects to a port where nothing listens."""
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    with world.client.socket(family) as client:
        client.bind((world.client.address(family), 0))
        try:
            client.connect((world.server.address(family), port))
        except ConnectionRefusedError:
            return seen_by_server(client, port, state=None, owner="none")
    raise AssertionError("the connection was not refused")
