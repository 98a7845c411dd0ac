# SPDX-License-Identifier: MIT
"""The server lost its state without a word, and the client goes on sending."""
from world import forget, seen_by_server, wait_reset

SIDE = "server"


def trigger(world, port):
    client, server = world.connection(port)
    forget(server)
    client.send(b"are you there?")
    wait_reset(client)
    truth = seen_by_server(client, port, state=None, owner="none")
    client.close()
    return truth
