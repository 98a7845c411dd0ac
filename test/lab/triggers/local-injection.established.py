# SPDX-License-Identifier: MIT
"""A program of the client's own host ends a connection in use by a RST in the server's name, with the server's TTL."""
import os
import socket

from gauntlet.onlooker import Onlooker
from net.packets import encode
from gauntlet.truth import seen_by_client
from net.waits import wait_reset

SIDE = "client"
CONFIDENCE = "likely"
RESETS = []
COUNTED = {"EstabResets": 1}
SERVER_TTL = 63  # as the client sees the server's segments


def trigger(world, port, family=4):
    with Onlooker(world, port, family) as onlooker:
        write(world.client, onlooker.forge("RA", onlooker.client, ttl=SERVER_TTL), family)
        wait_reset(onlooker.client)
        truth = seen_by_client(onlooker.client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
        onlooker.let_go()
        return truth


def write(host, segment, family):
    """A raw socket writes the IP header too; what is for an address of the host's own goes by `lo`."""
    with host.inside():
        raw = socket.socket({4: socket.AF_INET, 6: socket.AF_INET6}[family], socket.SOCK_RAW, socket.IPPROTO_RAW)
    with raw:
        raw.sendto(encode(segment), (segment.destination[0], 0))
