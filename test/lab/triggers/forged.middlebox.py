# SPDX-License-Identifier: MIT
"""A box on the path ends a connection for both ends, each in the other's name; its segments pass one router less."""
import os

from gauntlet.onlooker import Onlooker
from gauntlet.truth import seen_by_client
from net.waits import wait_reset

SIDE = "client"
CONFIDENCE = "likely"
RESETS = [("router", "RA"), ("router", "RA")]
COUNTED = {"EstabResets": 1}


def trigger(world, port, family=4):
    with Onlooker(world, port, family) as onlooker:
        segments = [onlooker.forge("RA", end, ttl=64) for end in (onlooker.client, onlooker.server)]
        world.inject_from_router(segments[0], world.client)
        world.inject_from_router(segments[1], world.server)
        wait_reset(onlooker.client)
        wait_reset(onlooker.server)
        return seen_by_client(onlooker.client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
