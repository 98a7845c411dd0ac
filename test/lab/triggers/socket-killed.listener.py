# SPDX-License-Identifier: MIT
"""An administrator kills a listener with ss -K, and with it the client that waits in its queue."""
from gauntlet.truth import seen_by_server
from net.waits import wait_readable, wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    with world.server.listen(port, family) as listener, world.client.socket(family) as client:
        client.connect((world.server.address(family), port))
        wait_readable(listener)
        world.server.run("ss", "-K", "-tl", f"sport = :{port}")
        wait_reset(client)
        return seen_by_server(client, port, state="ESTABLISHED")
