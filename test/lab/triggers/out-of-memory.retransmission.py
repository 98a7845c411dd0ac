# SPDX-License-Identifier: MIT
"""An orphan sends its FIN again when there are too many orphans."""
import os

from gauntlet.truth import seen_by_server
from net.host import machine_sysctl
from net.sockets import forget
from net.waits import wait_gone, wait_state

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"TCPAbortOnMemory": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    with world.router.blackhole(world.client.address(family)):
        server.close()
        wait_state(world.server, client, "FIN_WAIT1")
        with machine_sysctl("net.ipv4.tcp_max_orphans", -1):
            wait_gone(world.server, client)
    truth = seen_by_server(client, port, state="FIN_WAIT1", owner="socket", pid=os.getpid())
    forget(client)
    return truth
