# SPDX-License-Identifier: MIT
"""A server closes although the client's request lies unread in its receive queue."""
import os

from world import seen_by_server, wait_reset, wait_unread

SIDE = "server"


def trigger(world, port):
    client, server = world.connection(port)
    client.send(b"POST / HTTP/1.1\r\n\r\n")
    wait_unread(server, 19)
    server.close()
    wait_reset(client)
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="closer", pid=os.getpid())
    client.close()
    return truth
