# SPDX-License-Identifier: MIT
"""Our client's upload is refused by a peer that answers and closes."""
import os

from gauntlet.truth import seen_by_client
from net.waits import wait_acknowledged, wait_reset

SIDE = "client"
CONFIDENCE = "likely"
RESETS = [("server", "RA")]
COUNTED = {"EstabResets": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    client.send(bytes(4000))
    wait_acknowledged(client)
    server.send(b"HTTP/1.1 413 Content Too Large\r\n\r\n")
    wait_acknowledged(server)
    server.close()
    wait_reset(client)
    truth = seen_by_client(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
    client.close()
    return truth
