# SPDX-License-Identifier: MIT
"""A load balancer's health check connects, has seen enough and closes with a linger time of 0."""
import os

from gauntlet.truth import seen_by_client
from net.sockets import linger_zero
from net.waits import wait_reset

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("client", "RA")]
COUNTED = {"TCPAbortOnData": 1}


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    truth = seen_by_client(client, port, state="ESTABLISHED", owner="closer", pid=os.getpid())
    linger_zero(client)
    client.close()
    wait_reset(server)
    server.close()
    return truth
