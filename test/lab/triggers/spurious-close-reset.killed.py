# SPDX-License-Identifier: MIT
"""The same by the death of the process, which had read everything."""
from gauntlet.children import Child
from gauntlet.old_data import fin_with_old_data, missing  # noqa: F401
from gauntlet.truth import seen_by_server

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"TCPAbortOnClose": 1}


def trigger(world, port, family=4):
    ghost, server = world.ghost_connection(port, family)
    with ghost:
        fin_with_old_data(ghost, server)
        child = Child(lambda tell: tell())
        server.close()
        child.wait_ready()
        child.end()
        ghost.expect("RA")
        return seen_by_server(ghost.address, port, state="CLOSE_WAIT", owner="closer", pid=child.pid)
