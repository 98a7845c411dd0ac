# SPDX-License-Identifier: MIT
"""Our client connects to a port where nothing listens at the peer."""
import os

from gauntlet.truth import seen_by_client

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"AttemptFails": 1}


def trigger(world, port, family=4):
    client = world.refused(port, family)
    return seen_by_client(client, port, state="SYN_SENT", owner="socket", pid=os.getpid())
