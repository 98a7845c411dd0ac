# SPDX-License-Identifier: MIT
"""No time-wait may be made: what the server closed is gone at once; the client's orderly FIN finds the listener."""
from gauntlet.truth import end, seen_by_server
from net.waits import wait_closed_by_peer, wait_gone

SIDE = "server"
CONFIDENCE = "likely"
RESETS = [("server", "R")]
COUNTED = {"TCPTimeWaitOverflow": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    here = end(client)
    with world.server.sysctl("net.ipv4.tcp_max_tw_buckets", 0), world.server.listen(port, family):
        server.close()
        wait_closed_by_peer(client)
        wait_gone(world.server, here)
        client.close()
        wait_gone(world.client, here)
    return seen_by_server(here, port)
