# SPDX-License-Identifier: MIT
"""A stranger who knows the numbers sends the client one RST in the server's name."""
import os

from gauntlet.onlooker import Onlooker
from gauntlet.truth import seen_by_client
from net.waits import wait_reset

SIDE = "client"
CONFIDENCE = "likely"
RESETS = [("stranger", "R")]
COUNTED = {"EstabResets": 1}


def trigger(world, port, family=4):
    with Onlooker(world, port, family) as onlooker:
        onlooker.strike("R", to=onlooker.client)
        wait_reset(onlooker.client)
        truth = seen_by_client(onlooker.client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
        onlooker.let_go()
        return truth
