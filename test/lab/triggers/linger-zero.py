# SPDX-License-Identifier: MIT
"""A server closes with SO_LINGER on and a time of 0, with nothing unread."""
import os

from gauntlet.truth import seen_by_server
from net.sockets import linger_zero
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"TCPAbortOnData": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    linger_zero(server)
    server.close()
    wait_reset(client)
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="closer", pid=os.getpid())
    client.close()
    return truth
