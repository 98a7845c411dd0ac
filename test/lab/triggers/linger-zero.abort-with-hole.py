# SPDX-License-Identifier: MIT
"""The server aborts, its data lost; the client challenges that RST, finds no socket, and gets another one."""
import os

from net.sockets import linger_zero
from gauntlet.truth import seen_by_server
from net.waits import wait_acknowledged, wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA"), ("server", "R")]
ALSO = [{"cause": "linger-zero", "confidence": "certain"}]


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    server.send(b"so far")
    client.recv(6)
    wait_acknowledged(server)
    data = ["-p", "tcp", "--sport", str(port), "--tcp-flags", "PSH,RST", "PSH", "-j", "DROP"]
    with world.router.rule(family, "FORWARD", *data):
        server.send(b"lost on the way")
        linger_zero(server)
        server.close()
        wait_reset(client)
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="closer", pid=os.getpid())
    client.close()
    return truth
