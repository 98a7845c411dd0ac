# SPDX-License-Identifier: MIT
"""The same for a socket that was in FIN_WAIT2 already when it was closed."""
import os
import socket

from gauntlet.truth import seen_by_server
from net.waits import wait_reset, wait_state

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    server.shutdown(socket.SHUT_WR)
    wait_state(world.server, client, "FIN_WAIT2")
    with world.server.sysctl("net.ipv4.tcp_fin_timeout", 61):
        server.close()
    with world.server.sysctl("net.ipv4.tcp_fin_timeout", 60):
        wait_reset(client)
    truth = seen_by_server(client, port, state="FIN_WAIT2", owner="socket", pid=os.getpid())
    client.close()
    return truth
