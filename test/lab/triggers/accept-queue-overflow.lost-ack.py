# SPDX-License-Identifier: MIT
"""The ACK of a client's handshake is lost; when its first data comes, the queue is full."""
import contextlib

from gauntlet.truth import seen_by_server
from net.sockets import forget
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]
COUNTED = {"ListenOverflows": 1}
BACKLOG = 2  # an accept queue holds one more


def trigger(world, port, family=4):
    server = (world.server.address(family), port)
    with (world.server.sysctl("net.ipv4.tcp_abort_on_overflow", 1),
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
        # The server may have sent its SYN-ACK again, so that the client's ACK came before its data.
        with contextlib.suppress(ConnectionResetError):
            late.send(b"GET / HTTP/1.1\r\n\r\n")
        wait_reset(late)
        truth = seen_by_server(late, port, owner="socket")
        late.close()
        for sock in [listener.accept()[0] for _ in clients] + clients:
            forget(sock)
        return truth
