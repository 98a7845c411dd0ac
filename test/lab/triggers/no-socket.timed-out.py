# SPDX-License-Identifier: MIT
"""The server sent in vain until it gave up, ETIMEDOUT; the way was only cut for a while, and the client goes on."""
from gauntlet.truth import seen_by_server
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]
COUNTED = {"TCPAbortOnTimeout": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    with world.server.sysctl("net.ipv4.tcp_retries2", 1), world.server.listen(port, family):
        with world.router.blackhole(world.client.address(family)):
            server.send(b"what never arrives")
            wait_reset(server)
        client.send(b"are you still there?")
        wait_reset(client)
    truth = seen_by_server(client, port)
    client.close()
    server.close()
    return truth
