# SPDX-License-Identifier: MIT
"""TCP segments of known bytes, sent as they are through a raw socket of either family."""
import socket
import struct

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def send(host, peer, family, *, sport, dport, flags, seq, ack=0, window=0, ttl=64, ip_id=0, payload=b"", options=b"",
         padded=False):
    """Sends one segment from a host to another, and gives what a trace must say of it."""
    source, target = (end.addresses[family] for end in (host, peer))
    segment = tcp(family, source, target, sport, dport, flags, seq, ack, window, payload, options)
    with host.raw(str(family), socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        raw.sendto(ip(family, source, target, segment, ttl, ip_id, padded), (target, 0))
    return {"tuple": {"family": family, "saddr": source, "sport": sport, "daddr": target, "dport": dport,
                      "netns": peer.inode},
            "segment": {"flags": flags, "seq": seq, "ack": ack, "window": window, "length": len(payload), "ttl": ttl,
                        "ip_id": ip_id if family == 4 else 0}}


def tcp(family, source, target, sport, dport, flags, seq, ack, window, payload, options=b""):
    header = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, (20 + len(options)) // 4 << 4, flags, window, 0, 0)
    text = header + options + payload
    pseudo = b"".join((*(packed(family, address) for address in (source, target)),
                       struct.pack("!II", len(text), socket.IPPROTO_TCP)))
    return text[:16] + struct.pack("!H", checksum(pseudo + text)) + text[18:]


def ip(family, source, target, segment, ttl=64, ip_id=0, padded=False):
    """`padded`: with options that say nothing, of IPv4 in its header, of IPv6 in one of destination options."""
    ends = packed(family, source) + packed(family, target)
    if family == 6:
        extension = struct.pack("!BBBB4x", socket.IPPROTO_TCP, 0, 1, 4) if padded else b""
        protocol = socket.IPPROTO_DSTOPTS if padded else socket.IPPROTO_TCP
        return struct.pack("!IHBB", 6 << 28, len(extension + segment), protocol, ttl) + ends + extension + segment
    words = 6 if padded else 5
    # The kernel fills in the checksum of a header that it is given.
    header = struct.pack("!BBHHHBBH", 0x40 | words, 0, 4 * words + len(segment), ip_id, 0, ttl, socket.IPPROTO_TCP, 0)
    return header + ends + b"\1\1\1\0" * padded + segment


def packed(family, address):
    return socket.inet_pton(socket.AF_INET if family == 4 else socket.AF_INET6, address)


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
