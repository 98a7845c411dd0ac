# SPDX-License-Identifier: MIT
"""A server crashes in the middle of a request that it has not read."""
import resource
import signal

from gauntlet.children import request_unread
from gauntlet.truth import seen_by_server
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "certain"
RESETS = [("server", "RA")]
COUNTED = {"TCPAbortOnClose": 1}


def trigger(world, port, family=4):
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, limits[1]))
    client, child = request_unread(world, port, family)
    child.end(signal.SIGSEGV)
    resource.setrlimit(resource.RLIMIT_CORE, limits)
    wait_reset(client)
    truth = seen_by_server(client, port, state="ESTABLISHED", owner="closer", pid=child.pid)
    client.close()
    return truth
