# SPDX-License-Identifier: MIT
"""A server takes its end of the connection for another use: connect() to AF_UNSPEC."""
import os

from gauntlet.truth import seen_by_server
from net.sockets import disconnect
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    disconnect(server)
    wait_reset(client)
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="closer", pid=os.getpid())
    client.close()
    server.close()
    return truth
