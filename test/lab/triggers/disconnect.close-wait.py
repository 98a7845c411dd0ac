# SPDX-License-Identifier: MIT
"""A client whose peer has closed its side disconnects its socket to use it again."""
import os
import socket

from gauntlet.truth import seen_by_client
from net.sockets import disconnect
from net.waits import wait_closed_by_peer, wait_reset

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("client", "RA")]


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    server.shutdown(socket.SHUT_WR)
    wait_closed_by_peer(client)
    truth = seen_by_client(client, port, state="CLOSE_WAIT", owner="closer", pid=os.getpid())
    disconnect(client)
    wait_reset(server)
    server.close()
    client.close()
    return truth
