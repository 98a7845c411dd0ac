# SPDX-License-Identifier: MIT
"""A client asks to join a multipath connection that the server does not know."""
import os

from gauntlet.mptcp import IPPROTO_MPTCP, missing  # noqa: F401
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"MPJoinNoTokenFound": 1}
# Kind 30, 12 bytes, MP_JOIN, address 1; then the token and a random number.
JOIN = bytes([30, 12, 0x10, 1]) + os.urandom(8)


def trigger(world, port, family=4):
    with (world.server.listen(port, family, protocol=IPPROTO_MPTCP),
          world.ghost_client(port, family) as ghost):
        ghost.send("S", options=JOIN)
        ghost.expect("RA")
        return seen_by_server(ghost.address, port, owner="socket", pid=os.getpid())
