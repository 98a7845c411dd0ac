# SPDX-License-Identifier: MIT
"""A server with TCP_LINGER2 below 0 closes at once: the ACK of its FIN finds an orphan that may not wait."""
import os
import socket

from gauntlet.truth import seen_by_server
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]
COUNTED = {"TCPAbortOnData": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_LINGER2, -1)
    server.close()
    wait_reset(client)
    # The kernel passes through FIN_WAIT2, for one ACK.
    truth = seen_by_server(client, port, state="FIN_WAIT2", owner="socket", pid=os.getpid())
    client.close()
    return truth
