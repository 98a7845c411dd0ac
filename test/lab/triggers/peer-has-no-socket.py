# SPDX-License-Identifier: MIT
"""The peer lost its state without a word, and answers what we send with RST."""
import os

from gauntlet.truth import seen_by_client
from net.sockets import forget
from net.waits import wait_reset

SIDE = "client"
CONFIDENCE = "likely"
RESETS = [("server", "R")]
COUNTED = {"EstabResets": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    forget(server)
    client.send(b"are you there?")
    wait_reset(client)
    truth = seen_by_client(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
    client.close()
    return truth
