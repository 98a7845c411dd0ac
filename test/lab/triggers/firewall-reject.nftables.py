# SPDX-License-Identifier: MIT
"""An nftables rule comes into force while a connection is in use, and rejects its next segment."""
from gauntlet.truth import seen_by_server
from net.sockets import forget
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]
NETFILTER = True


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    with world.server.nft_reject("input", port):
        client.send(b"one more request")
        wait_reset(client)
    truth = seen_by_server(client, port, owner="none")
    client.close()
    forget(server)
    return truth
