# SPDX-License-Identifier: MIT
"""A listener that answers with SYN cookies alone gets an ACK that is none of its cookies."""
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R", 1000)]
COUNTED = {"SyncookiesFailed": 1}


def trigger(world, port, family=4):
    with (world.server.sysctl("net.ipv4.tcp_syncookies", 2), world.server.listen(port, family),
          world.ghost_client(port, family) as ghost):
        ghost.send("S")
        ghost.expect("SA")
        ghost.send("A", ack=ghost.ack + 1000)
        ghost.expect("R")
        return seen_by_server(ghost.address, port, state="LISTEN")
