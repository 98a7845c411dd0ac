# SPDX-License-Identifier: MIT
"""The server's firewall rejects a port with an iptables rule."""
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
NETFILTER = True


def trigger(world, port, family=4):
    rule = ["-p", "tcp", "--dport", str(port), "-j", "REJECT", "--reject-with", "tcp-reset"]
    with (world.server.rule(family, "INPUT", *rule), world.server.listen(port, family),
          world.client.socket(family) as client):
        client.bind((world.client.address(family), 0))
        try:
            client.connect((world.server.address(family), port))
        except ConnectionRefusedError:
            return seen_by_server(client, port, owner="none")
    raise AssertionError("the connection was not refused")
