# SPDX-License-Identifier: MIT
"""The client has vanished without a word, and the server's keepalive probes stay unanswered."""
import os
import socket

from gauntlet.truth import seen_by_server
from net.sockets import forget
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"TCPAbortOnTimeout": 1, "TCPKeepAlive": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT):
        server.setsockopt(socket.IPPROTO_TCP, option, 1)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    with world.router.blackhole(world.client.address(family)):
        wait_reset(server)
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
    server.close()
    forget(client)
    return truth
