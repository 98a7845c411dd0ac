# SPDX-License-Identifier: MIT
"""The client comes by a VRF, and the server's listener is bound to no interface: it takes nothing that comes by one."""
from gauntlet.truth import seen_by_server
from gauntlet.vrf import missing, vrf  # noqa: F401

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    with vrf(world), world.server.listen(port, family, address="::" if family == 6 else "0.0.0.0"):
        client = world.refused(port, family)
        world.on_reset(client)
        return seen_by_server(client, port, state=None, owner="none")
