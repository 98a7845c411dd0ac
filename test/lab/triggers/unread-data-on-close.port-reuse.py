# SPDX-License-Identifier: MIT
"""A client comes again from the same port at once, and its second connection ends in another way."""
import os
import socket

from gauntlet.truth import seen_by_server
from net.sockets import linger_zero
from net.waits import wait_acknowledged, wait_reset, wait_unread

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA"), ("server", "RA")]
COUNTED = {"TCPAbortOnClose": 1, "TCPAbortOnData": 1}
ALSO = [{"cause": "linger-zero", "confidence": "certain"}]


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    here = client.getsockname()
    client.send(b"POST / HTTP/1.1\r\n\r\n")
    wait_unread(server, 19)
    wait_acknowledged(client)
    server.close()
    wait_reset(client)
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="closer", pid=os.getpid())
    client.close()
    with world.server.listen(port, family) as listener, world.client.socket(family) as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(here)
        again.connect((world.server.address(family), port))
        server, _ = listener.accept()
        linger_zero(server)
        server.close()
        wait_reset(again)
    return truth
