# SPDX-License-Identifier: MIT
"""tcpkill runs on the client's own host: a RST without ACK in the server's name, with the TTL of what is sent here."""
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
OWN_TTL = 64


def trigger(world, port, family=4):
    with Onlooker(world, port, family) as onlooker:
        write(world.client, onlooker.forge("R", onlooker.client, ttl=OWN_TTL), family)
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
