# SPDX-License-Identifier: MIT
"""The same behind a NodePort of another network namespace, as of a node whose pod has the server."""
import os

from gauntlet.nat import NODE_PORT, through_router, translated
from gauntlet.truth import seen_by_server
from net.sockets import linger_zero
from net.waits import wait_acknowledged, wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"TCPAbortOnData": 1}
PORTS = (NODE_PORT,)


def trigger(world, port, family=4):
    with through_router(world, port, family) as (client, server):
        server.send(b"so far")
        client.recv(6)
        wait_acknowledged(server)
        linger_zero(server)
        server.close()
        wait_reset(client)
        nat = translated(world, client.getsockname()[:2], (world.client.near(254, family), NODE_PORT))
        truth = seen_by_server(client, port, state="ESTABLISHED", owner="closer", pid=os.getpid(), nat=nat)
        client.close()
        return truth
