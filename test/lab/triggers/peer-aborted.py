# SPDX-License-Identifier: MIT
"""The peer's application aborts a connection that is in use."""
import os

from gauntlet.truth import seen_by_client
from net.sockets import linger_zero
from net.waits import wait_acknowledged, wait_reset

SIDE = "client"
CONFIDENCE = "likely"
RESETS = [("server", "RA")]
COUNTED = {"EstabResets": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    server.send(b"so far")
    client.recv(6)
    wait_acknowledged(server)
    linger_zero(server)
    server.close()
    wait_reset(client)
    truth = seen_by_client(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
    client.close()
    return truth
