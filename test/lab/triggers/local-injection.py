# SPDX-License-Identifier: MIT
"""A firewall program of the client's own host refuses a connection by a RST in the server's name, over lo."""
import os
import socket

from net.packets import Segment, encode
from gauntlet.truth import end, seen_by_client
from net.waits import wait_reset

SIDE = "client"
CONFIDENCE = "likely"
RESETS = []
COUNTED = {"AttemptFails": 1}


def trigger(world, port, family=4):
    with world.ghost_server(port, family) as ghost, world.begin_connect(ghost.address) as client:
        syn = ghost.expect("S")
        write(world.client, Segment(ghost.address, end(client), "RA", 0, syn.seq + 1, window=0), family)
        wait_reset(client)
        return seen_by_client(client, port, state="SYN_SENT", owner="socket", pid=os.getpid())


def write(host, segment, family):
    """A raw socket writes the IP header too; what is for an address of the host's own goes by `lo`."""
    with host.inside():
        raw = socket.socket({4: socket.AF_INET, 6: socket.AF_INET6}[family], socket.SOCK_RAW, socket.IPPROTO_RAW)
    with raw:
        raw.sendto(encode(segment), (segment.destination[0], 0))
