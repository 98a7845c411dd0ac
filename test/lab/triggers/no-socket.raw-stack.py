# SPDX-License-Identifier: MIT
"""A program of the client's has a TCP of its own, from the host's address: the kernel refuses what answers its SYN."""
from net.packets import Segment
from gauntlet.truth import seen_by_client
from net.waits import wait_gone
from net.wire import Wire

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("client", "R")]
OWN_PORT = 40001


def trigger(world, port, family=4):
    here, there = (world.client.address(family), OWN_PORT), (world.server.address(family), port)
    with Wire(world.router) as wire, world.server.listen(port, family):
        world.inject(Segment(here, there, "S", 1_000_000), world.client)
        wire.wait(lambda one: one.segment.source == here and "R" in one.segment.flags, "the client's kernel resets it")
        wait_gone(world.server, here)
        return seen_by_client(here, port, state=None, owner="none")
