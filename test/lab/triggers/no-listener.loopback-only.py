# SPDX-License-Identifier: MIT
"""The service listens, on the loopback address alone, and a client comes from outside."""
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    with world.server.listen(port, family, address={4: "127.0.0.1", 6: "::1"}[family]):
        with world.client.socket(family) as client:
            client.bind((world.client.address(family), 0))
            try:
                client.connect((world.server.address(family), port))
            except ConnectionRefusedError:
                return seen_by_server(client, port, state=None, owner="none")
    raise AssertionError("the connection was not refused")
