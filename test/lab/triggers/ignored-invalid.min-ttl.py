# SPDX-License-Identifier: MIT
"""A RST comes from farther away than the client's application allows (RFC 5082)."""
import os
import socket

from gauntlet.onlooker import Onlooker
from gauntlet.truth import seen_by_client
from net.counters import arriving

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("stranger", "R")]
COUNTED = {"TCPMinTTLDrop": 1}
MINIMUM = {4: (socket.IPPROTO_IP, 21), 6: (socket.IPPROTO_IPV6, 73)}  # IP_MINTTL, IPV6_MINHOPCOUNT


def trigger(world, port, family=4):
    with Onlooker(world, port, family) as onlooker:
        onlooker.client.setsockopt(*MINIMUM[family], 63)
        with arriving(world.client):
            onlooker.strike("R", onlooker.client, ttl=60)
        onlooker.talk()
        truth = seen_by_client(onlooker.client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
        onlooker.let_go()
        return truth
