# SPDX-License-Identifier: MIT
"""The SYN-ACK reaches a client that has given up: its kernel knows nothing of it any more."""
from gauntlet.truth import end, seen_by_server
from net.waits import wait_gone, wait_state

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("client", "R")]
COUNTED = {"EmbryonicRsts": 1}


def trigger(world, port, family=4):
    with world.server.listen(port, family):
        with world.router.blackhole(world.client.address(family)):
            client = world.begin_connect((world.server.address(family), port))
            here = end(client)
            wait_state(world.server, here, "SYN_RECV")
            client.close()
        # Now comes the SYN-ACK that the server sends again.
        wait_gone(world.server, here)
        return seen_by_server(here, port)
