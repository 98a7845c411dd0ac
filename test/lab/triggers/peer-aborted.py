# SPDX-License-Identifier: MIT
"""The peer's application aborts a connection that is in use."""
import os

from world import linger_zero, seen_by_client, wait_reset

SIDE = "client"


def trigger(world, port):
    client, server = world.connection(port)
    server.send(b"so far")
    client.recv(6)
    linger_zero(server)
    server.close()
    wait_reset(client)
    truth = seen_by_client(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
    client.close()
    return truth
