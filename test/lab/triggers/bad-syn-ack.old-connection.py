# SPDX-License-Identifier: MIT
"""A client that lost its state takes the same port again: the server still has the old connection and says where it
was, and the client's RST ends that."""
import socket

from gauntlet.truth import seen_by_client
from net.sockets import forget
from net.waits import wait_reset

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("client", "R")]


def trigger(world, port, family=4):
    with world.server.listen(port, family) as listener:
        first = world.client.socket(family)
        first.connect((world.server.address(family), port))
        old, _ = listener.accept()
        here = first.getsockname()
        forget(first)
        client = world.client.socket(family)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind(here)
        client.connect((world.server.address(family), port))
        wait_reset(old)
        old.close()
        forget(listener.accept()[0])
    truth = seen_by_client(client, port, state="SYN_SENT")
    forget(client)
    return truth
