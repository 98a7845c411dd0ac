# SPDX-License-Identifier: MIT
"""Nothing listens, and a rule of the server's OUTPUT chain keeps the RST: the client waits in vain."""
from gauntlet.dropping import dropping_rst
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = []
# The kernel counts it, whether or not netfilter lets it out.
COUNTED = {"OutRsts": 1}


def trigger(world, port, family=4):
    with world.ghost_client(port, family) as ghost:
        with dropping_rst(world.server, family, "OUTPUT", port, "--sport") as wait_dropped:
            ghost.send("S")
            wait_dropped()
        return seen_by_server(ghost.address, port, state=None, owner="none")
