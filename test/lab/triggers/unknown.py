# SPDX-License-Identifier: MIT
"""A RST with the right numbers comes in with a TTL that is not the flow's: who sent it cannot be told."""
import os
import socket
import struct

from world import seen_by_client, wait_reset

SIDE = "client"
OTHER_TTL = 200


def trigger(world, port):
    with world.client.inside():
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
    wire.bind(("wire", 0x0800))
    client, server = world.connection(port)
    server.send(b"so far")
    client.recv(6)
    seq = last_sequence(wire, port)
    with world.server.inside():
        forger = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    forger.sendto(rst(server.getsockname(), server.getpeername(), seq), server.getpeername())
    wait_reset(client)
    truth = seen_by_client(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
    for made in (client, forger, wire):
        made.close()
    # The server knows nothing of it: let go without a word, so that no second reset blurs the first.
    server.setsockopt(socket.IPPROTO_TCP, 19, 1)
    server.close()
    return truth


def last_sequence(wire, port):
    """The sequence number after the six bytes that the server sent."""
    while True:
        packet = wire.recv(2048)
        header = (packet[0] & 15) * 4
        sport, _, seq = struct.unpack_from("!HHI", packet, header)
        length = struct.unpack_from("!H", packet, 2)[0] - header - (packet[header + 12] >> 4) * 4
        if sport == port and length == 6:
            return seq + 6


def rst(source, destination, seq):
    addresses = socket.inet_aton(source[0]) + socket.inet_aton(destination[0])
    segment = struct.pack("!HHIIBBHHH", source[1], destination[1], seq & 0xFFFFFFFF, 0, 5 << 4, 4, 0, 0, 0)
    sum16 = checksum(addresses + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(segment)) + segment)
    segment = segment[:16] + struct.pack("!H", sum16) + segment[18:]
    return struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0x4000, OTHER_TTL, socket.IPPROTO_TCP, 0) + addresses + segment


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
