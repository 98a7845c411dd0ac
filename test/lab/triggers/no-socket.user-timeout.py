# SPDX-License-Identifier: MIT
"""The server's TCP_USER_TIMEOUT ended the connection without a word; the client was only away, and goes on."""
import socket

from gauntlet.truth import seen_by_server
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]
COUNTED = {"TCPAbortOnTimeout": 1}
TIMEOUT_MILLISECONDS = 500


def trigger(world, port, family=4):
    ghost, server = world.ghost_connection(port, family)
    with ghost, server:
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TIMEOUT_MILLISECONDS)
        server.send(b"what nobody acknowledges")
        wait_reset(server)
        ghost.send("PA", b"here I am again")
        ghost.expect("R")
        return seen_by_server(ghost.address, port, state=None, owner="none")
