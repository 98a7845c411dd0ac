# SPDX-License-Identifier: MIT
"""The router in between loses its translations: the client gets our data from an address that it never spoke to, and
its RST ends our healthy connection."""
import os

from gauntlet.nat import NODE_PORT, lose_translation, through_router
from gauntlet.truth import seen_by_server
from net.sockets import forget
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "likely"
RESETS = [("client", "R")]
COUNTED = {"EstabResets": 1}
PORTS = (NODE_PORT,)


def trigger(world, port, family=4):
    with through_router(world, port, family) as (client, server):
        lose_translation(world, family)
        server.send(b"the answer")
        wait_reset(server)
        truth = seen_by_server(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
        server.close()
        forget(client)
        return truth
