# SPDX-License-Identifier: MIT
"""A full accept queue drops a client's ACK in silence; the queue is emptied when the handshake is forgotten."""
import os

from net.counters import arriving
from net.sockets import forget
from gauntlet.truth import seen_by_server
from net.waits import wait_gone

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]
COUNTED = {"ListenOverflows": 1}
BACKLOG = 2  # an accept queue holds one more


def trigger(world, port, family=4):
    with (world.server.sysctl("net.ipv4.tcp_synack_retries", 0), world.ghost_client(port, family) as ghost,
          world.server.listen(port, family, BACKLOG) as listener):
        clients = [connected(world, port, family) for _ in range(BACKLOG)]
        ghost.send("S")
        ghost.expect("SA")
        clients.append(connected(world, port, family))
        with arriving(world.server):
            ghost.send("A")
        wait_gone(world.server, ghost.address)
        accepted = [listener.accept()[0] for _ in clients]
        ghost.send("PA", b"GET / HTTP/1.1\r\n\r\n")
        ghost.expect("R")
        for sock in accepted + clients:
            forget(sock)
        return seen_by_server(ghost.address, port, owner="socket", pid=os.getpid())


def connected(world, port, family):
    client = world.client.socket(family)
    client.connect((world.server.address(family), port))
    return client
