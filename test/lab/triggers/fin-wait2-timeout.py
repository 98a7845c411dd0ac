# SPDX-License-Identifier: MIT
"""An orphan waits in FIN_WAIT2 for the client's FIN while tcp_fin_timeout is lowered to the length of a time-wait."""
import os

from gauntlet.truth import seen_by_server
from net.waits import wait_reset, wait_state

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    # All beyond 60 s runs as a timer of the full socket: here, one second.
    with world.server.sysctl("net.ipv4.tcp_fin_timeout", 61):
        server.close()
        wait_state(world.server, client, "FIN_WAIT2")
    with world.server.sysctl("net.ipv4.tcp_fin_timeout", 60):
        wait_reset(client)
    truth = seen_by_server(client, port, state="FIN_WAIT2", owner="socket", pid=os.getpid())
    client.close()
    return truth
