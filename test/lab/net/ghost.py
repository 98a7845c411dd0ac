# SPDX-License-Identifier: MIT
"""An end of a connection without a kernel behind it: every segment is sent by hand, and none is answered by itself.

It speaks from an address that leads to a host's interface and that the host does not own.
"""
import itertools
import time

from net.packets import Segment, decode, destination, encode
from net.waits import PATIENCE_SECONDS

PORTS = itertools.count(50001)
FIRST_SEQ = 1_000_000


class Ghost:
    """Lives on a host's wire and talks to another host. As a client it takes a port of its own, `port` is the other's;
    as a server it is given `here`, and learns the other's port from its first segment."""

    def __init__(self, host, other, family, port=0, here=None):
        self.host = host
        self.address = (host.near(77, family), here or next(PORTS))
        self.other = (other.address(family), port)
        self.seq, self.ack = FIRST_SEQ, 0
        self.wire = host.packet_socket("wire")

    def getsockname(self):
        return self.address

    def send(self, flags, payload=b"", **other):
        """Sends a segment, at the right numbers unless told others; only at the right ones does it count as sent."""
        values = {"seq": self.seq, "ack": self.ack if "A" in flags else 0, **other}
        segment = Segment(self.address, self.other, flags, payload=payload, **values)
        self.wire.sendto(encode(segment), destination(segment, self.host.router_link_address, "wire"))
        if segment.seq == self.seq:
            self.seq += segment.span()
        return segment

    def expect(self, flags, payload=None):
        """Returns the next segment that has just these flags (PSH aside), and takes it as received."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            packet, (_, _, kind, *_) = self.wire.recvfrom(65536)
            segment = decode(packet) if kind == 0 else None
            if segment is None or segment.destination != self.address or segment.source[0] != self.other[0]:
                continue
            if set(segment.flags) - {"P"} == set(flags) and payload in (None, segment.payload):
                self.other = segment.source
                if "R" not in flags:
                    self.ack = segment.seq + segment.span()
                return segment
        raise TimeoutError(f"no segment with {flags} came")

    def connect(self):
        """The whole handshake, as client."""
        self.send("S")
        self.expect("SA")
        self.send("A")

    def accept(self):
        """The whole handshake, as server."""
        self.expect("S")
        self.send("SA")
        self.expect("A")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.wire.close()
