# SPDX-License-Identifier: MIT
"""A load balancer in the server's name drops what is silent for long, and answers what comes then with RST."""
import os
import time

from gauntlet.truth import seen_by_client
from net.sockets import forget
from net.waits import wait_reset

SIDE = "client"
CONFIDENCE = "likely"
RESETS = [("server", "R")]
COUNTED = {"EstabResets": 1}
TOGETHER = True
IDLE_SECONDS = 31  # beyond what trace-reset takes for a pause


def trigger(world, port, family=4, count=1):
    flows = [world.connection(port, family) for _ in range(count)]
    time.sleep(IDLE_SECONDS)  # the silence is what is provoked
    return [refused(client, server, port) for client, server in flows]


def refused(client, server, port):
    forget(server)
    client.send(b"still there?")
    wait_reset(client)
    truth = seen_by_client(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
    client.close()
    return truth
