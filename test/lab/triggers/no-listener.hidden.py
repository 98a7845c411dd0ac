# SPDX-License-Identifier: MIT
"""A listener is there, and a BPF program (sk_lookup) of the server's namespace drops what is for its port."""
from gauntlet.sk_lookup import hiding
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "likely"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    with hiding(world.server, port), world.server.listen(port, family):
        client = world.refused(port, family)
        world.on_reset(client)
        return seen_by_server(client, port, state=None, owner="none")
