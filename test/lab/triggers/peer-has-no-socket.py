# SPDX-License-Identifier: MIT
"""The peer lost its state without a word, and answers what we send with RST."""
import os

from world import forget, seen_by_client, wait_reset

SIDE = "client"


def trigger(world, port):
    client, server = world.connection(port)
    forget(server)
    client.send(b"are you there?")
    wait_reset(client)
    truth = seen_by_client(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
    client.close()
    return truth
