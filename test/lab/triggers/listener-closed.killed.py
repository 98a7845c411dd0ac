# SPDX-License-Identifier: MIT
"""A server hangs, accepts nobody, and is killed."""
from gauntlet.children import Child
from gauntlet.truth import seen_by_server
from net.waits import wait_readable, wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    with world.server.listen(port, family) as listener:
        def hang(tell):
            wait_readable(listener)
            tell()

        child = Child(hang)
    client = world.client.socket(family)
    client.connect((world.server.address(family), port))
    child.wait_ready()
    child.end()
    wait_reset(client)
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="closer", pid=child.pid)
    client.close()
    return truth
