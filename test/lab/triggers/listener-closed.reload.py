# SPDX-License-Identifier: MIT
"""A reload by SO_REUSEPORT: the old listener closes with a handshake under way, and the new one knows nothing of it."""
import os
import socket

from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]


def trigger(world, port, family=4):
    with world.ghost_client(port, family) as ghost:
        old = listener(world, port, family)
        ghost.send("S")
        ghost.expect("SA")
        with listener(world, port, family):
            old.close()
            ghost.send("A")
            ghost.expect("R")
        return seen_by_server(ghost.address, port, owner="closer", pid=os.getpid())


def listener(world, port, family):
    made = world.server.socket(family)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind((world.server.address(family), port))
    made.listen()
    return made
