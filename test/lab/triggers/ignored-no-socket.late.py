# SPDX-License-Identifier: MIT
"""The server has forgotten a connection by the time that its client aborts it."""
from gauntlet.truth import seen_by_server
from net.counters import arriving
from net.sockets import forget, linger_zero

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("client", "RA")]


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    forget(server)
    truth = seen_by_server(client, port, state=None, owner="none")
    linger_zero(client)
    with arriving(world.server):
        client.close()
    return truth
