# SPDX-License-Identifier: MIT
"""A load balancer's idle time is up: it resets both ends, with ACK; the server is the end that is seen."""
import os
import time

from gauntlet.onlooker import Onlooker
from gauntlet.truth import seen_by_server
from net.waits import wait_reset

SIDE = "server"
CONFIDENCE = "likely"
RESETS = [("stranger", "RA"), ("stranger", "RA")]
COUNTED = {"EstabResets": 1}
TOGETHER = True
IDLE_SECONDS = 35  # beyond what trace-reset takes for a pause


def trigger(world, port, family=4, count=1):
    flows = [Onlooker(world, port, family) for _ in range(count)]
    time.sleep(IDLE_SECONDS)  # the silence is what is provoked
    return [struck(flow, world, port) for flow in flows]


def struck(flow, world, port):
    with flow:
        # As far from either end as the other end is, so that the TTL tells nothing.
        for segment in [flow.forge("RA", to, ttl=64, window=0) for to in (flow.server, flow.client)]:
            world.inject(segment, world.stranger)
        wait_reset(flow.server)
        wait_reset(flow.client)
        return seen_by_server(flow.client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
