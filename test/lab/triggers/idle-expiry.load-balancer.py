# SPDX-License-Identifier: MIT
"""A load balancer in the server's name drops what is silent for long, and answers what comes then with RST."""
import os
import time

from endings import forget
from truth import seen_by_client
from waits import wait_reset

SIDE = "client"
RESETS = [("server", "R")]
COUNTED = {"EstabResets": 1}
ROUNDS = 2
IDLE_SECONDS = 31  # beyond what trace-reset takes for a pause


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    time.sleep(IDLE_SECONDS)  # the silence is what is provoked
    forget(server)
    client.send(b"still there?")
    wait_reset(client)
    truth = seen_by_client(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
    client.close()
    return truth
