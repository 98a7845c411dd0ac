# SPDX-License-Identifier: MIT
"""The client's own firewall rejects what it sends to a port: no SYN leaves, and the RST never sees a wire."""
import os

from gauntlet.truth import seen_by_client

SIDE = "client"
CONFIDENCE = "certain"
RESETS = []
COUNTED = {"AttemptFails": 1}


def trigger(world, port, family=4):
    rule = ["-p", "tcp", "--dport", str(port), "-j", "REJECT", "--reject-with", "tcp-reset"]
    with world.client.rule(family, "OUTPUT", *rule), world.client.socket(family) as client:
        client.bind((world.client.address(family), 0))
        try:
            client.connect((world.server.address(family), port))
        except ConnectionRefusedError:
            return seen_by_client(client, port, state="SYN_SENT", owner="socket", pid=os.getpid())
    raise AssertionError("the connection was not refused")
