# SPDX-License-Identifier: MIT
"""TCP segments as bytes of IPv4 and IPv6, and back."""
import ipaddress
import struct
from typing import NamedTuple

ETH_P_IP, ETH_P_IPV6, ETH_P_ALL = 0x0800, 0x86DD, 0x0003
IPPROTO_TCP, IPPROTO_DSTOPTS = 6, 60
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
    ip_id: int = 0  # of IPv4 alone
    padded: bool = False  # with options that say nothing: in IPv4's header, in a header of IPv6's own

    def span(self):
        """How much of the sequence space it takes."""
        return len(self.payload) + ("S" in self.flags) + ("F" in self.flags)

    def bits(self):
        """The flags as the header has them."""
        return sum(1 << FLAGS.index(flag) for flag in self.flags)


def destination(segment, link, interface):
    """Where a packet socket is to send it: to a link address by an interface."""
    protocol = ETH_P_IPV6 if ":" in segment.source[0] else ETH_P_IP
    return interface, protocol, 0, 0, bytes.fromhex(link.replace(":", ""))


def encode(segment):
    source, target = (ipaddress.ip_address(end[0]).packed for end in (segment.source, segment.destination))
    options = segment.options + b"\1" * (-len(segment.options) % 4)
    fixed = struct.pack("!HHIIBBH", segment.source[1], segment.destination[1], segment.seq % 2**32,
                        segment.ack % 2**32, (20 + len(options)) // 4 << 4, segment.bits(), segment.window)
    length = 20 + len(options) + len(segment.payload)
    pseudo = source + target + struct.pack("!II", length, IPPROTO_TCP)
    total = checksum(pseudo + fixed + options + segment.payload) ^ segment.damage
    tcp = fixed + struct.pack("!HH", total, 0) + options + segment.payload
    if len(source) == 16:
        padding = struct.pack("!BBBB4x", IPPROTO_TCP, 0, 1, 4) if segment.padded else b""
        following = IPPROTO_DSTOPTS if segment.padded else IPPROTO_TCP
        return (struct.pack("!IHBB", 6 << 28, len(padding) + length, following, segment.ttl) + source + target
                + padding + tcp)
    padding = b"\1\1\1\0" * segment.padded
    total = 20 + len(padding) + length
    ip = struct.pack("!BBHHHBB", 0x45 + segment.padded, 0, total, segment.ip_id, 0x4000, segment.ttl, IPPROTO_TCP)
    return ip + struct.pack("!H", checksum(ip + source + target + padding)) + source + target + padding + tcp


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
