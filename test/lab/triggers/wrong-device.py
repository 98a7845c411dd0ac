# SPDX-License-Identifier: MIT
"""A server's listener is bound to another interface (SO_BINDTODEVICE) than the client comes by."""
import socket

from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    with world.server.listen(port, family, options=[(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")]):
        client = world.refused(port, family)
        world.on_reset(client)
        return seen_by_server(client, port, state=None, owner="none")
