# SPDX-License-Identifier: MIT
"""A server has read a request's head, refuses its body, answers so and closes."""
import os

from gauntlet.truth import seen_by_server
from net.waits import wait_acknowledged, wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"TCPAbortOnClose": 1}
HEAD = b"POST / HTTP/1.1\r\nContent-Length: 4000\r\n\r\n"


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    client.send(HEAD)
    if server.recv(len(HEAD)) != HEAD:
        raise AssertionError("the head came in pieces")
    client.send(bytes(4000))
    wait_acknowledged(client)
    server.send(b"HTTP/1.1 413 Content Too Large\r\n\r\n")
    wait_acknowledged(server)
    server.close()
    wait_reset(client)
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="closer", pid=os.getpid())
    client.close()
    return truth
