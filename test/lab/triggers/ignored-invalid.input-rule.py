# SPDX-License-Identifier: MIT
"""A RST at the right number meets a rule of the client's INPUT chain that drops RSTs."""
from gauntlet.dropping import dropping_rst
from gauntlet.onlooker import Onlooker
from gauntlet.truth import seen_by_client

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("stranger", "R")]


def trigger(world, port, family=4):
    with Onlooker(world, port, family) as onlooker:
        with dropping_rst(world.client, family, "INPUT", port, "--sport") as wait_dropped:
            onlooker.strike("R", onlooker.client)
            wait_dropped()
        onlooker.talk()
        truth = seen_by_client(onlooker.client, port, who="local-firewall")
        onlooker.let_go()
        return truth
