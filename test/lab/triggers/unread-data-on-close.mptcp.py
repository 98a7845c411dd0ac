# SPDX-License-Identifier: MIT
"""A server closes a multipath connection with the client's request unread."""
import os

from gauntlet.mptcp import IPPROTO_MPTCP, missing  # noqa: F401
from gauntlet.truth import seen_by_server
from net.waits import wait_readable, wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"MPFastcloseTx": 1}


def trigger(world, port, family=4):
    with world.server.listen(port, family, protocol=IPPROTO_MPTCP) as listener:
        client = world.client.socket(family, IPPROTO_MPTCP)
        client.connect((world.server.address(family), port))
        server, _ = listener.accept()
    client.send(b"POST / HTTP/1.1\r\n\r\n")
    wait_readable(server)
    server.close()
    wait_reset(client)
    truth = seen_by_server(client, port, owner="closer", pid=os.getpid())
    client.close()
    return truth
