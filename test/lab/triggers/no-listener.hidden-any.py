# SPDX-License-Identifier: MIT
"""The same, and the listener that the program hides is bound to any address, of both families."""
from gauntlet.sk_lookup import hiding
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "likely"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    with hiding(world.server, port), world.server.listen(port, 6, address="::"):
        client = world.refused(port, family)
        world.on_reset(client)
        return seen_by_server(client, port, state=None, owner="none")
