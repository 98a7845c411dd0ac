# SPDX-License-Identifier: MIT
"""A server with TCP_LINGER2 below 0 has half closed, and closes before the client's FIN is there."""
import os
import socket

from gauntlet.truth import seen_by_server
from net.waits import wait_reset, wait_state

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"TCPAbortOnLinger": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_LINGER2, -1)
    server.shutdown(socket.SHUT_WR)
    wait_state(world.server, client, "FIN_WAIT2")
    server.close()
    wait_reset(client)
    truth = seen_by_server(client, port, state="FIN_WAIT2", owner="closer", pid=os.getpid())
    client.close()
    return truth
