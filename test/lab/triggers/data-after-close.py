# SPDX-License-Identifier: MIT
"""The server has closed, and the client, which may still send, does."""
from world import seen_by_server, wait_closed_by_peer, wait_reset

SIDE = "server"


def trigger(world, port):
    client, server = world.connection(port)
    server.close()
    wait_closed_by_peer(client)
    client.send(b"one more request")
    wait_reset(client)
    truth = seen_by_server(client, port, state="TIME_WAIT", owner="none")
    client.close()
    return truth
