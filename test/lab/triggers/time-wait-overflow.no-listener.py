# SPDX-License-Identifier: MIT
"""No time-wait may be made, and nothing listens any more: the client's orderly FIN finds no socket."""
from gauntlet.truth import seen_by_server
from net.waits import wait_gone

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]
COUNTED = {"TCPTimeWaitOverflow": 1}


def trigger(world, port, family=4):
    ghost, server = world.ghost_connection(port, family)
    with ghost, world.server.sysctl("net.ipv4.tcp_max_tw_buckets", 0):
        server.close()
        ghost.expect("FA")
        ghost.send("A")
        wait_gone(world.server, ghost.address)
        ghost.send("FA")
        ghost.expect("R")
        return seen_by_server(ghost.address, port)
