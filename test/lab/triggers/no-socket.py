# SPDX-License-Identifier: MIT
"""The server lost its state without a word, and the client goes on sending."""
from gauntlet.truth import seen_by_server
from net.sockets import forget
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    forget(server)
    client.send(b"are you there?")
    wait_reset(client)
    truth = seen_by_server(client, port, state=None, owner="none")
    client.close()
    return truth
