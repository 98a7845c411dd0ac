# SPDX-License-Identifier: MIT
"""The server's last ACK reaches the client a second time, which has forgotten the connection and says so."""
from gauntlet.truth import end, seen_by_server
from net.waits import wait_closed_by_peer, wait_gone, wait_state
from net.wire import Wire

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("client", "R")]


def trigger(world, port, family=4):
    with Wire(world.router) as wire, world.server.sysctl("net.ipv4.tcp_rfc1337", 0):
        client, server = world.connection(port, family)
        here = end(client)
        server.close()
        wait_closed_by_peer(client)
        client.close()
        wait_state(world.server, here, "TIME_WAIT")
        wait_gone(world.client, here)
        last = [one.segment for one in wire.read() if one.segment.destination == here][-1]
        world.inject_from_router(last._replace(ttl=last.ttl - 1), world.client)
        wait_gone(world.server, here)
        return seen_by_server(here, port, state="TIME_WAIT", owner="none")
