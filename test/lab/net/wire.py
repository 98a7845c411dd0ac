# SPDX-License-Identifier: MIT
"""What passes the router, seen by a packet socket: a witness that asks no one's TCP."""
import select
from typing import NamedTuple

from net.packets import Segment, decode
from net.waits import until

PACKET_OUTGOING = 4


class Passed(NamedTuple):
    sender: str  # the host on whose wire it came in, or "router"
    segment: Segment


class Wire:
    """Keeps all segments that any of the hosts has sent since it was made, in order."""

    def __init__(self, router):
        self.socket = router.packet_socket()
        self.passed = []
        self.coming = []  # what came in and has not gone out yet

    def read(self):
        """Takes what there is and gives all."""
        while select.select([self.socket], [], [], 0)[0]:
            packet, (interface, _, kind, *_) = self.socket.recvfrom(65536)
            segment = decode(packet) if packet and packet[0] >> 4 in (4, 6) else None
            if segment is not None:
                self._take(segment, interface, kind == PACKET_OUTGOING)
        return self.passed

    # NAT may change addresses and ports on the way, and nothing changes the numbers.
    def _take(self, segment, interface, outgoing):
        same = (segment.seq, segment.ack, segment.flags, len(segment.payload))
        if not outgoing:
            self.coming.append(same)
            self.passed.append(Passed(interface, segment))
        elif same in self.coming:
            self.coming.remove(same)
        else:
            self.passed.append(Passed("router", segment))

    def wait(self, condition, what):
        """Returns the first segment that the condition holds for, as soon as it has passed."""
        def found():
            return next((one for one in self.read() if condition(one)), None)
        return until(found, what)

    def of_port(self, *ports):
        """What has passed of the connections that have one of the ports at either end."""
        return [one for one in self.read() if one.segment.source[1] in ports or one.segment.destination[1] in ports]

    def next_seq(self, source):
        """The sequence number that comes after all that an end, (address, port), has sent itself."""
        ends = [one.segment.seq + one.segment.span() for one in self.read()
                if one.segment.source == source and "R" not in one.segment.flags]
        return max(ends) % 2**32

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.socket.close()
