# SPDX-License-Identifier: MIT
"""A client aborts, its data lost: the RST is beyond the hole, and the one at the challenge's number is obeyed."""
import os

from gauntlet.truth import seen_by_server
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
WITHOUT_REASONS = "likely"
LOST_BYTES = 1000
RESETS = [("client", "RA", LOST_BYTES), ("client", "R")]
COUNTED = {"TCPChallengeACK": 1, "EstabResets": 1}
ALSO = [{"cause": "peer-aborted", "confidence": "likely"}]


def trigger(world, port, family=4):
    ghost, server = world.ghost_connection(port, family)
    with ghost, server:
        ghost.send("RA", seq=ghost.seq + LOST_BYTES)
        challenge = ghost.expect("A")
        ghost.send("R", seq=challenge.ack, window=0)
        wait_reset(server)
        return seen_by_server(ghost.address, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
