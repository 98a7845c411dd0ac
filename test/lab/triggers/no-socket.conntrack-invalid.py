# SPDX-License-Identifier: MIT
"""A segment of the server's that is out of the window is INVALID to the router's conntrack, which passes it on
untranslated: the client's RST kills the healthy connection behind."""
from gauntlet.nat import NODE_PORT, through_router
from gauntlet.truth import seen_by_client
from net.packets import Segment
from net.sockets import forget
from net.waits import wait_reset
from net.wire import Wire

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("client", "R")]
PORTS = (NODE_PORT,)


def trigger(world, port, family=4):
    with Wire(world.router) as wire, through_router(world, port, family) as (client, server):
        client.send(b"a question")
        server.recv(10)
        source, destination = server.getsockname()[:2], server.getpeername()[:2]
        front = client.getpeername()[:2]
        ack = max(one.segment.seq + one.segment.span() for one in wire.read() if one.segment.destination == front)
        world.inject(Segment(source, destination, "A", wire.next_seq(source) + (1 << 30), ack), world.server)
        wait_reset(server)
        server.close()
        truth = seen_by_client(client, port, saddr=source[0], state=None, owner="none")
        forget(client)
        return truth
