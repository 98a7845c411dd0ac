# SPDX-License-Identifier: MIT
"""A RST reaches the server that was right some bytes ago."""
import os

from gauntlet.onlooker import Onlooker
from gauntlet.truth import seen_by_server
from net.counters import arriving

SIDE = "server"
CONFIDENCE = "certain"
WITHOUT_REASONS = "likely"
RESETS = [("client", "RA", -2000)]
COUNTED = {"TCPChallengeACK": 0}


def trigger(world, port, family=4):
    with Onlooker(world, port, family) as onlooker:
        with arriving(world.server):
            world.inject(onlooker.forge("RA", onlooker.server, -2000, ttl=64), world.client)
        onlooker.talk()
        truth = seen_by_server(onlooker.client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
        onlooker.let_go()
        return truth
