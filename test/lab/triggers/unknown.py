# SPDX-License-Identifier: MIT
"""A RST without ACK comes from where the flow comes from, with a window that no kernel gives it: why cannot be told."""
import os

from gauntlet.onlooker import Onlooker
from gauntlet.truth import seen_by_client
from net.waits import wait_reset

SIDE = "client"
CONFIDENCE = "unknown"
RESETS = [("server", "R")]
WINDOW = 1000


def trigger(world, port, family=4):
    with Onlooker(world, port, family) as onlooker:
        world.inject(onlooker.forge("R", onlooker.client, ttl=64, window=WINDOW), world.server)
        wait_reset(onlooker.client)
        truth = seen_by_client(onlooker.client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
        # The server knows nothing of it: let go without a word, so that no second reset blurs the first.
        onlooker.let_go()
        return truth
