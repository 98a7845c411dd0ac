# SPDX-License-Identifier: MIT
"""A client behind a router that gives it the router's address aborts a connection: a filter by the client's own address
has it, though the server never hears of that."""
import os

from gauntlet.nat import masquerade, translated
from net.sockets import linger_zero
from net.waits import wait_acknowledged, wait_reset

SIDE = "server"
CONFIDENCE = "likely"
RESETS = [("client", "RA")]
COUNTED = {"EstabResets": 1}


def trigger(world, port, family=4):
    with masquerade(world, port):
        client, server = world.connection(port, family)
        client.send(b"so far")
        server.recv(6)
        wait_acknowledged(client)
        theirs, ours = client.getsockname()[:2], server.getpeername()[:2]
        linger_zero(client)
        client.close()
        wait_reset(server)
        server.close()
    return {"saddr": world.server.near(254, family), "sport": ours[1], "dport": port, "state": "ESTABLISHED",
            "owner": "socket", "pid": os.getpid(),
            "nat": translated(world, theirs, (world.server.address(family), port))}
