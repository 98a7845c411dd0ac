# SPDX-License-Identifier: MIT
"""A RST to the client is in its window, and not at the one number that is obeyed."""
import os

from gauntlet.onlooker import Onlooker
from gauntlet.truth import end, seen_by_client

SIDE = "client"
CONFIDENCE = "certain"
WITHOUT_REASONS = "likely"
RESETS = [("stranger", "R", 100)]
COUNTED = {"TCPChallengeACK": 1}


def trigger(world, port, family=4):
    with Onlooker(world, port, family) as onlooker:
        expected = onlooker.forge("R", onlooker.client).seq
        before = len(answers(onlooker, expected))
        onlooker.strike("R", onlooker.client, 100)
        onlooker.wire.wait(lambda _: len(answers(onlooker, expected)) > before, "the client challenges it")
        onlooker.talk()
        truth = seen_by_client(onlooker.client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
        onlooker.let_go()
        return truth


def answers(onlooker, ack):
    return [one for one in onlooker.wire.read() if one.segment.source == end(onlooker.client)
            and (one.segment.flags, one.segment.ack, one.segment.payload) == ("A", ack, b"")]
