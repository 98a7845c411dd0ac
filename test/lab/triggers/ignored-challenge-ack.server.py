# SPDX-License-Identifier: MIT
"""The server gets a RST in the client's name that is a byte ahead of what it expects."""
import os

from gauntlet.onlooker import Onlooker
from gauntlet.truth import seen_by_server
from net.counters import arriving

SIDE = "server"
CONFIDENCE = "certain"
WITHOUT_REASONS = "likely"
RESETS = [("stranger", "R", 1)]
COUNTED = {"TCPChallengeACK": 1}


def trigger(world, port, family=4):
    with Onlooker(world, port, family) as onlooker:
        with arriving(world.server):
            onlooker.strike("R", onlooker.server, 1)
        onlooker.talk()
        truth = seen_by_server(onlooker.client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
        onlooker.let_go()
        return truth
