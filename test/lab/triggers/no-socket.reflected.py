# SPDX-License-Identifier: MIT
"""A SYN ACK comes to a port that listens: the answer to a SYN that somebody sent in this server's name, from that very port."""
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]


def trigger(world, port, family=4):
    with world.server.listen(port, family), world.ghost_client(port, family) as ghost:
        ghost.ack = 2_000_000
        ghost.send("SA")
        ghost.expect("R")
        return seen_by_server(ghost.address, port, state="LISTEN")
