# SPDX-License-Identifier: MIT
"""A firewall at the peer refuses what its service would have taken."""
import os

from gauntlet.truth import seen_by_client

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"AttemptFails": 1}


def trigger(world, port, family=4):
    rule = ["-p", "tcp", "--dport", str(port), "-j", "REJECT", "--reject-with", "tcp-reset"]
    with (world.server.rule(family, "INPUT", *rule), world.server.listen(port, family),
          world.client.socket(family) as client):
        client.bind((world.client.address(family), 0))
        try:
            client.connect((world.server.address(family), port))
        except ConnectionRefusedError:
            return seen_by_client(client, port, state="SYN_SENT", owner="socket", pid=os.getpid())
    raise AssertionError("the connection was not refused")
