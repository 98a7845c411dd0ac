# SPDX-License-Identifier: MIT
"""A server is killed with SIGKILL in the middle of a request that it has not read."""
from gauntlet.children import request_unread
from gauntlet.truth import seen_by_server
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"TCPAbortOnClose": 1}


def trigger(world, port, family=4):
    client, child = request_unread(world, port, family)
    child.end()
    wait_reset(client)
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="closer", pid=child.pid)
    client.close()
    return truth
