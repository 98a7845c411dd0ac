# SPDX-License-Identifier: MIT
"""No time-wait may be made: what the server closed is gone at once; the client's orderly FIN finds the listener.

Closed in FIN_WAIT2: an ACK that comes in the middle of close() leaves a whole socket for a minute (tcp_rcv_state_process,
net/ipv4/tcp_input.c).
"""
import socket

from gauntlet.truth import end, seen_by_server
from net.waits import wait_gone, wait_state

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]
COUNTED = {"TCPTimeWaitOverflow": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    here = end(client)
    with world.server.sysctl("net.ipv4.tcp_max_tw_buckets", 0), world.server.listen(port, family):
        server.shutdown(socket.SHUT_WR)
        wait_state(world.server, here, "FIN_WAIT2")
        server.close()
        wait_gone(world.server, here)
        client.close()
        wait_gone(world.client, here)
    return seen_by_server(here, port)
