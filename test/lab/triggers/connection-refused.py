# SPDX-License-Identifier: MIT
"""Our client connects to a port where nothing listens at the peer."""
import os

from gauntlet.truth import seen_by_client

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"AttemptFails": 1}


def trigger(world, port, family=4):
    with world.client.socket(family) as client:
        client.bind((world.client.address(family), 0))
        try:
            client.connect((world.server.address(family), port))
        except ConnectionRefusedError:
            return seen_by_client(client, port, state="SYN_SENT", owner="socket", pid=os.getpid())
    raise AssertionError("the connection was not refused")
