# SPDX-License-Identifier: MIT
"""An nftables rule for what the client sends comes into force while a connection is in use, and rejects its next segment."""
import os

from gauntlet.truth import seen_by_client
from net.sockets import forget
from net.waits import wait_reset

SIDE = "client"
CONFIDENCE = "certain"
RESETS = []
COUNTED = {"EstabResets": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    with world.client.nft_reject("output", port):
        client.send(b"one more request")
        wait_reset(client)
    truth = seen_by_client(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
    client.close()
    forget(server)
    return truth
