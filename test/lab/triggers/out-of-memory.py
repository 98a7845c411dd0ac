# SPDX-License-Identifier: MIT
"""The server closes where no orphan at all is allowed: its FIN is out already when the RST follows."""
import os

from gauntlet.truth import seen_by_server
from net.host import machine_sysctl

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"TCPAbortOnMemory": 1}


def trigger(world, port, family=4):
    # A kernel's ACK of the FIN would cross the RST, and be answered by one more.
    ghost, server = world.ghost_connection(port, family)
    # Not 0: later kernels count orphans ten times a second, and find none where there is one.
    with ghost, machine_sysctl("net.ipv4.tcp_max_orphans", -1):
        server.close()
        ghost.expect("FA")
        ghost.expect("RA")
        return seen_by_server(ghost.address, port, state="FIN_WAIT1", owner="closer", pid=os.getpid())
