# SPDX-License-Identifier: MIT
"""The same behind a NodePort: the port that the client spoke to is another."""
import os

from gauntlet.nat import NODE_PORT, node_port
from gauntlet.truth import seen_by_server
from net.waits import wait_acknowledged, wait_reset, wait_unread

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"TCPAbortOnClose": 1}
PORTS = (NODE_PORT,)


def trigger(world, port, family=4):
    with node_port(world, port, family) as front, world.server.listen(port, family) as listener:
        client = world.client.socket(family)
        client.connect(front)
        server, _ = listener.accept()
        client.send(b"POST / HTTP/1.1\r\n\r\n")
        wait_unread(server, 19)
        wait_acknowledged(client)
        server.close()
        wait_reset(client)
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="closer", pid=os.getpid())
    client.close()
    return truth
