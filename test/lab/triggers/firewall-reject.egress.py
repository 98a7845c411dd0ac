# SPDX-License-Identifier: MIT
"""The client's own firewall rejects what it sends to a port: no SYN leaves, and the RST never sees a wire."""
import os

from gauntlet.truth import seen_by_client

SIDE = "client"
CONFIDENCE = "certain"
RESETS = []
COUNTED = {"AttemptFails": 1}


def trigger(world, port, family=4):
    with world.client.reject(family, "OUTPUT", port):
        client = world.refused(port, family)
    return seen_by_client(client, port, state="SYN_SENT", owner="socket", pid=os.getpid())
