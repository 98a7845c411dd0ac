# SPDX-License-Identifier: MIT
"""The server aborts, its data lost: the RST is beyond the hole, and the one at the challenge's number is obeyed."""
import os

from net.sockets import linger_zero
from gauntlet.truth import seen_by_client
from net.waits import wait_acknowledged, wait_reset

SIDE = "client"
CONFIDENCE = "certain"
WITHOUT_REASONS = "likely"
RESETS = [("server", "RA"), ("server", "R")]
COUNTED = {"TCPChallengeACK": 1, "EstabResets": 1}
ALSO = [{"cause": "peer-aborted", "confidence": "likely"}]


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
    truth = seen_by_client(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
    client.close()
    return truth
