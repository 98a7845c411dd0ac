# SPDX-License-Identifier: MIT
"""The server has closed, and the client, which may still send, does."""
from gauntlet.truth import seen_by_server
from net.waits import wait_orphan, wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    server.close()
    state = wait_orphan(world.server, client)
    client.send(b"one more request")
    wait_reset(client)
    truth = seen_by_server(client, port, state=state)
    client.close()
    return truth
