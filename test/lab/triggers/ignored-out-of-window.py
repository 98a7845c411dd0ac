# SPDX-License-Identifier: MIT
"""A blind attacker's RST to the client misses the window by far."""
import os

from gauntlet.onlooker import Onlooker
from gauntlet.truth import seen_by_client
from net.counters import arriving

SIDE = "client"
CONFIDENCE = "certain"
WITHOUT_REASONS = "likely"
RESETS = [("stranger", "R", 1 << 30)]
COUNTED = {"TCPChallengeACK": 0}


def trigger(world, port, family=4):
    with Onlooker(world, port, family) as onlooker:
        with arriving(world.client):
            onlooker.strike("R", onlooker.client, 1 << 30)
        onlooker.talk()
        truth = seen_by_client(onlooker.client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
        onlooker.let_go()
        return truth
