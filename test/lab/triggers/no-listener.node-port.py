# SPDX-License-Identifier: MIT
"""A NodePort leads to a port where nothing listens."""
from gauntlet.nat import NODE_PORT, node_port
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
PORTS = (NODE_PORT,)


def trigger(world, port, family=4):
    with node_port(world, port, family):
        return seen_by_server(world.refused(NODE_PORT, family), port, state=None, owner="none")
