# SPDX-License-Identifier: MIT
"""The router in between loses its translations: the server's data reaches the client from an address that it never
spoke to."""
from gauntlet.nat import NODE_PORT, lose_translation, through_router
from gauntlet.truth import seen_by_client
from net.sockets import forget
from net.waits import wait_reset

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("client", "R")]
PORTS = (NODE_PORT,)


def trigger(world, port, family=4):
    with through_router(world, port, family) as (client, server):
        lose_translation(world, family)
        server.send(b"the answer")
        wait_reset(server)
        server.close()
        truth = seen_by_client(client, port, saddr=world.server.address(family), state=None, owner="none")
        forget(client)
        return truth
