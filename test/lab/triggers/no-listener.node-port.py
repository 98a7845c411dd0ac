# SPDX-License-Identifier: MIT
"""A NodePort leads to a port where nothing listens."""
from gauntlet.nat import NODE_PORT, node_port
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
PORTS = (NODE_PORT,)


def trigger(world, port, family=4):
    with node_port(world, port, family) as front, world.client.socket(family) as client:
        client.bind((world.client.address(family), 0))
        try:
            client.connect(front)
        except ConnectionRefusedError:
            return seen_by_server(client, port, state=None, owner="none")
    raise AssertionError("the connection was not refused")
