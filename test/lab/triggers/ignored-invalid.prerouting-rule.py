# SPDX-License-Identifier: MIT
"""The server itself aborts, and a rule before the client's routing drops its RST: the client never learns of it."""
from gauntlet.dropping import dropping_rst
from gauntlet.truth import seen_by_client
from net.sockets import forget, linger_zero

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    with dropping_rst(world.client, family, "PREROUTING", port, "--sport") as wait_dropped:
        linger_zero(server)
        server.close()
        wait_dropped()
    # Before routing the RST may be another host's: what tells is that the TCP hash still has the connection.
    world.on_reset(client.getsockname())
    truth = seen_by_client(client, port, who="local-firewall")
    forget(client)
    return truth
