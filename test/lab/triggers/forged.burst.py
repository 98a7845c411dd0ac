# SPDX-License-Identifier: MIT
"""A stranger sends several RSTs, for the numbers that may be the right ones by the time they come."""
import os

from gauntlet.onlooker import Onlooker
from gauntlet.truth import seen_by_client
from net.waits import wait_reset

SIDE = "client"
CONFIDENCE = "likely"
OFFSETS = (0, 1460, 2920)
RESETS = [("stranger", "R", offset) for offset in OFFSETS]
COUNTED = {"EstabResets": 1}
ALSO = [{"cause": "ignored-no-socket", "confidence": "certain"}] * 2


def trigger(world, port, family=4):
    with Onlooker(world, port, family) as onlooker:
        burst = [onlooker.forge("R", onlooker.client, offset) for offset in OFFSETS]
        for segment in burst:
            world.inject(segment, world.stranger)
        wait_reset(onlooker.client)
        truth = seen_by_client(onlooker.client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
        for segment in burst:
            onlooker.wire.wait(lambda one: one.segment.seq == segment.seq % 2**32, "the burst has passed")
        onlooker.let_go()
        return truth
