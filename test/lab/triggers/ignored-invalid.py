# SPDX-License-Identifier: MIT
"""A RST at the right number has a damaged checksum."""
import os

from gauntlet.onlooker import Onlooker
from gauntlet.truth import seen_by_client
from net.counters import arriving

SIDE = "client"
CONFIDENCE = "certain"
WITHOUT_REASONS = "likely"
RESETS = [("stranger", "R")]
COUNTED = {"InCsumErrors": 1}


def trigger(world, port, family=4):
    with Onlooker(world, port, family) as onlooker:
        with arriving(world.client):
            onlooker.strike("R", onlooker.client, damage=0x5555)
        onlooker.talk()
        truth = seen_by_client(onlooker.client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
        onlooker.let_go()
        return truth
