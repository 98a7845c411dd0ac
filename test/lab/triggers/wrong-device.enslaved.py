# SPDX-License-Identifier: MIT
"""The server's interface is put into a VRF while a connection is in use: its segments find the socket no more."""
from gauntlet.truth import seen_by_server
from gauntlet.vrf import missing, vrf  # noqa: F401
from net.sockets import forget
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    with vrf(world):
        client.send(b"one more request")
        wait_reset(client)
        world.on_reset(client.getsockname())
    truth = seen_by_server(client, port, state=None, owner="none")
    client.close()
    forget(server)
    return truth
