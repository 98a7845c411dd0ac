# SPDX-License-Identifier: MIT
"""A listener is closed while a client waits in its queue, connected and never accepted."""
import os

from gauntlet.truth import seen_by_server
from net.waits import wait_readable, wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    listener = world.server.listen(port, family)
    client = world.client.socket(family)
    client.connect((world.server.address(family), port))
    wait_readable(listener)
    listener.close()
    wait_reset(client)
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="closer", pid=os.getpid())
    client.close()
    return truth
