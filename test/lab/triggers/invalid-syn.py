# SPDX-License-Identifier: MIT
"""Behind a NAT that gives a port away too early, a second SYN falls into the window of the first one's handshake."""
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"EmbryonicRsts": 1}


def trigger(world, port, family=4):
    with world.server.listen(port, family), world.ghost_client(port, family) as ghost:
        ghost.send("S")
        ghost.expect("SA")
        ghost.send("S", seq=ghost.seq + 100)
        ghost.expect("RA")
        return seen_by_server(ghost.address, port)
