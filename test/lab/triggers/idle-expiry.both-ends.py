# SPDX-License-Identifier: MIT
"""A load balancer's idle time is up: it resets both ends, with ACK; the server is the end that is seen."""
import os
import time

from onlooker import Onlooker
from truth import seen_by_server
from waits import wait_reset

SIDE = "server"
RESETS = [("client", "RA"), ("server", "RA")]
COUNTED = {"EstabResets": 1}
TOGETHER = True
IDLE_SECONDS = 35  # beyond what trace-reset takes for a pause


def trigger(world, port, family=4, count=1):
    flows = [Onlooker(world, port, family) for _ in range(count)]
    time.sleep(IDLE_SECONDS)  # the silence is what is provoked
    return [struck(flow, world, port) for flow in flows]


def struck(flow, world, port):
    with flow:
        ends = ((flow.server, world.client), (flow.client, world.server))
        for segment, host in [(flow.forge("RA", to, ttl=64, window=0), host) for to, host in ends]:
            world.inject(segment, host)
        wait_reset(flow.server)
        wait_reset(flow.client)
        return seen_by_server(flow.client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
