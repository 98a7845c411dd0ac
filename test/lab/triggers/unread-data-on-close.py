# SPDX-License-Identifier: MIT
"""A server closes although the client's request lies unread in its receive queue."""
import os

from gauntlet.truth import seen_by_server
from net.waits import wait_acknowledged, wait_reset, wait_unread

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"TCPAbortOnClose": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    client.send(b"POST / HTTP/1.1\r\n\r\n")
    wait_unread(server, 19)
    wait_acknowledged(client)
    server.close()
    wait_reset(client)
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="closer", pid=os.getpid())
    client.close()
    return truth
