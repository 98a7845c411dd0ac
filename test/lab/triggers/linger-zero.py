# SPDX-License-Identifier: MIT
"""A server closes with SO_LINGER on and a time of 0, with nothing unread."""
import os

from world import linger_zero, seen_by_server, wait_reset

SIDE = "server"


def trigger(world, port):
    client, server = world.connection(port)
    linger_zero(server)
    server.close()
    wait_reset(client)
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="closer", pid=os.getpid())
    client.close()
    return truth
