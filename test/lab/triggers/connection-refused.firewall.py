# SPDX-License-Identifier: MIT
"""A firewall at the peer refuses what its service would have taken."""
import os

from gauntlet.truth import seen_by_client

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"AttemptFails": 1}


def trigger(world, port, family=4):
    with world.server.reject(family, "INPUT", port), world.server.listen(port, family):
        client = world.refused(port, family)
    return seen_by_client(client, port, state="SYN_SENT", owner="socket", pid=os.getpid())
