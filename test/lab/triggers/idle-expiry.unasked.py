# SPDX-License-Identifier: MIT
"""A load balancer's idle time is up: of itself, and asked by nobody, it resets in the server's name."""
import os
import time

from gauntlet.onlooker import Onlooker
from gauntlet.truth import seen_by_client
from net.waits import wait_reset

SIDE = "client"
CONFIDENCE = "likely"
RESETS = [("server", "R")]
COUNTED = {"EstabResets": 1}
TOGETHER = True
IDLE_SECONDS = 35  # beyond what trace-reset takes for a pause


def trigger(world, port, family=4, count=1):
    flows = [Onlooker(world, port, family) for _ in range(count)]
    time.sleep(IDLE_SECONDS)  # the silence is what is provoked
    return [struck(flow, world, port) for flow in flows]


def struck(flow, world, port):
    with flow:
        world.inject(flow.forge("R", flow.client, ttl=64, window=0), world.server)
        wait_reset(flow.client)
        truth = seen_by_client(flow.client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
        flow.let_go()
        return truth
