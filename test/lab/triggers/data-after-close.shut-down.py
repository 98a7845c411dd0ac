# SPDX-License-Identifier: MIT
"""A server shuts down both ways and keeps its socket: in FIN_WAIT2 it wants no data any more."""
import os
import socket

from gauntlet.truth import seen_by_server
from net.waits import wait_reset, wait_state

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]
COUNTED = {"TCPAbortOnData": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    server.shutdown(socket.SHUT_RDWR)
    wait_state(world.server, client, "FIN_WAIT2")
    client.send(b"one more request")
    wait_reset(client)
    truth = seen_by_server(client, port, state="FIN_WAIT2", owner="socket", pid=os.getpid())
    client.close()
    server.close()
    return truth
