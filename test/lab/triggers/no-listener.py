# SPDX-License-Identifier: MIT
"""A client connects to a port where nothing listens."""
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    return seen_by_server(world.refused(port, family), port, state=None, owner="none")
