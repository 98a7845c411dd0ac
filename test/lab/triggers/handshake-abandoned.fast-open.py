# SPDX-License-Identifier: MIT
"""A client resets in the handshake, when by TCP Fast Open the server's program has read its request already."""
import os
import socket

from gauntlet.truth import seen_by_server
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("client", "R")]
WITHOUT_COOKIES = 0x203  # both ends, and a server asks for no cookie


def trigger(world, port, family=4):
    fast_open = [(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 8)]
    with (world.server.sysctl("net.ipv4.tcp_fastopen", WITHOUT_COOKIES),
          world.server.listen(port, family, options=fast_open) as listener,
          world.ghost_client(port, family) as ghost):
        ghost.send("S", payload=b"request")
        ghost.expect("SA")
        server, _ = listener.accept()
        with server:
            assert server.recv(7) == b"request"
            ghost.send("R")
            wait_reset(server)
        return seen_by_server(ghost.address, port, state="SYN_RECV", owner="socket", pid=os.getpid())
