# SPDX-License-Identifier: MIT
"""The same, where TCP_USER_TIMEOUT ends the waiting before the probes are used up."""
import os
import socket

from gauntlet.truth import seen_by_server
from net.sockets import forget
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"TCPAbortOnTimeout": 1}
TIMEOUT_MS = 1500


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    for option, value in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 9),
                          (socket.TCP_USER_TIMEOUT, TIMEOUT_MS)):
        server.setsockopt(socket.IPPROTO_TCP, option, value)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    with world.router.blackhole(world.client.address(family)):
        wait_reset(server)
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
    server.close()
    forget(client)
    return truth
