# SPDX-License-Identifier: MIT
"""The server closes where no orphan at all is allowed."""
from host import machine_sysctl
from truth import seen_by_server
from waits import wait_reset

SIDE = "server"
RESETS = [("server", "RA")]
COUNTED = {"TCPAbortOnMemory": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    # Not 0: later kernels count orphans ten times a second, and find none where there is one.
    with machine_sysctl("net.ipv4.tcp_max_orphans", -1):
        server.close()
        wait_reset(client)
    truth = seen_by_server(client, port, owner="none")
    client.close()
    return truth
