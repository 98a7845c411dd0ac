# SPDX-License-Identifier: MIT
"""A client's socket is bound to one interface, and the answer to its SYN comes by another: routing is not symmetric."""
import os
import socket

from gauntlet.truth import seen_by_client
from net.host import neighbour
from net.packets import Segment, decode

SIDE = "client"
CONFIDENCE = "likely"
RESETS = [("client", "R")]
LINK = "02:00:00:00:09:01"
TABLE = "100"


def trigger(world, port, family=4):
    host, peer = world.client, (world.server.near(77, family), port)
    host.ip("link", "add", "aside", "type", "veth", "peer", "name", "nowhere")
    try:
        for name in ("aside", "nowhere"):
            host.ip("link", "set", name, "up")
        # What is not bound to it goes by the wire, the RST too.
        host.ip(f"-{family}", "rule", "add", "oif", "aside", "lookup", TABLE)
        host.ip(f"-{family}", "route", "add", peer[0], "dev", "aside", "table", TABLE)
        neighbour(host, peer[0], LINK, "aside")
        with host.packet_socket("nowhere") as wire, host.socket(family) as client, \
                world.ghost_server(port, family) as ghost:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"aside")
            client.bind((host.address(family), 0))
            client.setblocking(False)
            client.connect_ex(peer)
            syn = next_syn(wire, peer)
            answer = Segment(peer, syn.source, "SA", ghost.seq, syn.seq + 1)
            world.inject(answer, world.server)
            ghost.other = syn.source
            ghost.expect("R")
            return seen_by_client(client, port, saddr=peer[0], state=None, owner="socket", pid=os.getpid())
    finally:
        host.ip("link", "del", "aside")
        host.ip(f"-{family}", "rule", "del", "oif", "aside", "lookup", TABLE)


def next_syn(wire, peer):
    while True:
        segment = decode(wire.recv(65536))
        if segment is not None and segment.flags == "S" and segment.destination == peer:
            return segment
