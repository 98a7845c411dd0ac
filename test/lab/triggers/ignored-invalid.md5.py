# SPDX-License-Identifier: MIT
"""A RST comes without the signature that both ends of the connection have agreed on (RFC 2385)."""
import os
import socket
import struct

from gauntlet.onlooker import Onlooker
from gauntlet.truth import seen_by_client
from net.counters import arriving

SIDE = "client"
CONFIDENCE = "certain"
WITHOUT_REASONS = "likely"
RESETS = [("stranger", "R")]
COUNTED = {"TCPMD5NotFound": 1}
TCP_MD5SIG, KEY = 14, b"a key"


def trigger(world, port, family=4):
    def signed():
        with world.server.listen(port, family) as listener, world.client.socket(family) as client:
            sign(listener, family, world.client.address(family))
            sign(client, family, world.server.address(family))
            client.connect((world.server.address(family), port))
            server, _ = listener.accept()
            server.settimeout(client.gettimeout())
            return client.dup(), server

    with Onlooker(world, port, family, signed) as onlooker:
        with arriving(world.client):
            onlooker.strike("R", onlooker.client)
        onlooker.talk()
        truth = seen_by_client(onlooker.client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
        onlooker.let_go()
        return truth


def sign(sock, family, peer):
    """A struct tcp_md5sig for one peer."""
    address = {4: struct.pack("=HH", socket.AF_INET, 0), 6: struct.pack("=HHI", socket.AF_INET6, 0, 0)}[family]
    address += socket.inet_pton(sock.family, peer)
    sock.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG, struct.pack("=128sBBHI80s", address, 0, 0, len(KEY), 0, KEY))
