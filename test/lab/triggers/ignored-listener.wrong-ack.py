# SPDX-License-Identifier: MIT
"""In a handshake a RST acknowledges a SYN ACK that was never sent: the listener gets it, and the handshake goes on."""
from gauntlet.truth import seen_by_server
from net.counters import arriving
from net.sockets import forget
from net.waits import wait_state

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("client", "RA")]


def trigger(world, port, family=4):
    with world.server.listen(port, family) as listener, world.ghost_client(port, family) as ghost:
        ghost.send("S")
        ghost.expect("SA")
        wait_state(world.server, ghost.address, "SYN_RECV")
        with arriving(world.server):
            ghost.send("RA", ack=ghost.ack + 1000)
        ghost.send("A")
        server, _ = listener.accept()
        truth = seen_by_server(ghost.address, port, state="NEW_SYN_RECV")
        forget(server)
        return truth
