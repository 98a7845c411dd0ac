# SPDX-License-Identifier: MIT
"""TCP segments as bytes of IPv4 and IPv6, and back."""
import ipaddress
import struct
from typing import NamedTuple

ETH_P_IP, ETH_P_IPV6, ETH_P_ALL = 0x0800, 0x86DD, 0x0003
IPPROTO_TCP = 6
FLAGS = "FSRPAUEC"  # from the lowest bit up


class Segment(NamedTuple):
    source: tuple  # (address, port)
    destination: tuple
    flags: str  # "SA" is a SYN with ACK
    seq: int = 0
    ack: int = 0
    payload: bytes = b""
    ttl: int = 64
    window: int = 64240
    options: bytes = b""
    damage: int = 0  # what the checksum is off by

    def span(self):
        """How much of the sequence space it takes."""
        return len(self.payload) + ("S" in self.flags) + ("F" in self.flags)


def protocol(segment):
    return ETH_P_IPV6 if ":" in segment.source[0] else ETH_P_IP


def encode(segment):
    source, destination = (ipaddress.ip_address(end[0]).packed for end in (segment.source, segment.destination))
    options = segment.options + b"\1" * (-len(segment.options) % 4)
    bits = sum(1 << FLAGS.index(flag) for flag in segment.flags)
    fixed = struct.pack("!HHIIBBH", segment.source[1], segment.destination[1], segment.seq % 2**32,
                        segment.ack % 2**32, (20 + len(options)) // 4 << 4, bits, segment.window)
    length = 20 + len(options) + len(segment.payload)
    pseudo = source + destination + struct.pack("!II", length, IPPROTO_TCP)
    total = checksum(pseudo + fixed + options + segment.payload) ^ segment.damage
    tcp = fixed + struct.pack("!HH", total, 0) + options + segment.payload
    if len(source) == 16:
        return struct.pack("!IHBB", 6 << 28, length, IPPROTO_TCP, segment.ttl) + source + destination + tcp
    ip = struct.pack("!BBHHHBB", 0x45, 0, 20 + length, 0, 0x4000, segment.ttl, IPPROTO_TCP)
    return ip + struct.pack("!H", checksum(ip + source + destination)) + source + destination + tcp


def decode(packet):
    """The segment, or None for what is no TCP. IPv6 extension headers are not followed: no one here sends them."""
    if packet[0] >> 4 == 4:
        header, which, ttl, addresses = (packet[0] & 15) * 4, packet[9], packet[8], packet[12:20]
        length = struct.unpack_from("!H", packet, 2)[0]
    else:
        header, which, ttl, addresses = 40, packet[6], packet[7], packet[8:40]
        length = 40 + struct.unpack_from("!H", packet, 4)[0]
    if which != IPPROTO_TCP:
        return None
    half = len(addresses) // 2
    source, destination = (str(ipaddress.ip_address(part)) for part in (addresses[:half], addresses[half:]))
    sport, dport, seq, ack, offset, bits, window = struct.unpack_from("!HHIIBBH", packet, header)
    data = header + (offset >> 4) * 4
    flags = "".join(flag for index, flag in enumerate(FLAGS) if bits >> index & 1)
    return Segment((source, sport), (destination, dport), flags, seq, ack, packet[data:length], ttl, window,
                   packet[header + 20:data])


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
