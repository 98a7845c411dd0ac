# SPDX-License-Identifier: MIT
"""A server hangs with a full queue: a client that believes to be connected sends until its handshake is forgotten."""
import os

from net.sockets import forget
from gauntlet.truth import seen_by_server
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]
BACKLOG = 2  # an accept queue holds one more


def trigger(world, port, family=4):
    server = (world.server.address(family), port)
    with (world.server.sysctl("net.ipv4.tcp_synack_retries", 1),
          world.server.listen(port, family, BACKLOG) as listener):
        clients = [world.client.socket(family) for _ in range(BACKLOG + 1)]
        late = world.client.socket(family)
        late.bind((world.client.address(family), 0))
        for client in clients[:BACKLOG]:
            client.connect(server)
        lost = ["-p", "tcp", "--sport", str(late.getsockname()[1]), "--tcp-flags", "SYN,ACK", "ACK", "-j", "DROP"]
        with world.router.rule(family, "FORWARD", *lost):
            late.connect(server)
            clients[BACKLOG].connect(server)
        # What the server has not acknowledged is sent again and again; the first ones still find the handshake.
        late.send(b"GET / HTTP/1.1\r\n\r\n")
        wait_reset(late)
        truth = seen_by_server(late, port, owner="socket", pid=os.getpid())
        late.close()
        for sock in [listener.accept()[0] for _ in clients] + clients:
            forget(sock)
        return truth
