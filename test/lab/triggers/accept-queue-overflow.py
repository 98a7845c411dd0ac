# SPDX-License-Identifier: MIT
"""Between its SYN and its ACK a client is overtaken by another one, which takes the last place in the accept queue."""
from gauntlet.truth import seen_by_server
from net.sockets import forget

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "R")]
COUNTED = {"ListenOverflows": 1}
BACKLOG = 2  # an accept queue holds one more


def trigger(world, port, family=4):
    with (world.server.sysctl("net.ipv4.tcp_abort_on_overflow", 1), world.ghost_client(port, family) as ghost,
          world.server.listen(port, family, BACKLOG) as listener):
        clients = [connected(world, port, family) for _ in range(BACKLOG)]
        ghost.send("S")
        ghost.expect("SA")
        clients.append(connected(world, port, family))
        ghost.send("A")
        ghost.expect("R")
        for sock in [listener.accept()[0] for _ in clients] + clients:
            forget(sock)
        return seen_by_server(ghost.address, port, owner="socket")


def connected(world, port, family):
    client = world.client.socket(family)
    client.connect((world.server.address(family), port))
    return client
