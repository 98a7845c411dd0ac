# SPDX-License-Identifier: MIT
"""The service listens, on the loopback address alone, and a client comes from outside."""
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    with world.server.listen(port, family, address={4: "127.0.0.1", 6: "::1"}[family]):
        return seen_by_server(world.refused(port, family), port, state=None, owner="none")
