# SPDX-License-Identifier: MIT
"""A proxy takes a client's request, is refused by the server behind it, and closes the client with the request unread."""
import errno
import os
import socket

from gauntlet.truth import seen_by_server
from net.waits import wait_reset, wait_unread

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("client", "RA"), ("server", "RA")]
NOWHERE = 9
SHARED = [(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)]
# The proxy speaks to both by one port, so that one filter shows both.
ALSO = ({"cause": "unread-data-on-close", "confidence": "certain", "owner": "closer"},)


def trigger(world, port, family=4):
    with world.server.listen(port, family, options=SHARED) as listener:
        client = world.client.connect((world.server.address(family), port))
        accepted, _ = listener.accept()
        world.on_connection(client)
        client.send(b"a request")
        wait_unread(accepted, 9)
        with world.server.socket(family) as behind:
            for option in [(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1), *SHARED]:
                behind.setsockopt(*option)
            behind.bind((world.server.address(family), port))
            if behind.connect_ex((world.client.address(family), NOWHERE)) != errno.ECONNREFUSED:
                raise AssertionError("the proxy was not refused")
        accepted.close()
        wait_reset(client)
        client.close()
    return seen_by_server((world.client.address(family), NOWHERE), port, state="SYN_SENT", pid=os.getpid())
