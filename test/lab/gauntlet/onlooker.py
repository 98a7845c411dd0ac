# SPDX-License-Identifier: MIT
"""Somebody who sees the numbers of a connection, and writes segments in the name of either of its ends."""
from net.packets import Segment
from net.sockets import forget
from net.wire import Wire

FAR_TTL = 255  # what both ends send begins at 64


class Onlooker:
    """Makes a connection that has carried bytes both ways; `client` and `server` are its ends."""

    def __init__(self, world, port, family, connection=None):
        self.world = world
        self.wire = Wire(world.router)
        self.client, self.server = connection() if connection else world.connection(port, family)
        self.talk()

    def talk(self):
        """Shows that both ends are alive. The last segment with data goes to the server, and is read there."""
        for sender, receiver in ((self.server, self.client), (self.client, self.server)):
            sender.send(b"so far")
            if receiver.recv(6) != b"so far":
                raise AssertionError("the connection does not carry what was sent")

    def forge(self, flags, to, offset=0, **other):
        """What the other end of a socket, self.client or .server, could send it next; moved by an offset."""
        source, destination = to.getpeername()[:2], to.getsockname()[:2]
        values = {"ttl": FAR_TTL, **other}
        ack = self.wire.next_seq(destination) if "A" in flags else 0
        return Segment(source, destination, flags, self.wire.next_seq(source) + offset, ack, **values)

    def strike(self, flags, to, offset=0, **other):
        """The stranger, on a wire of its own, sends it."""
        self.world.inject(self.forge(flags, to, offset, **other), self.world.stranger)

    def let_go(self):
        """Ends it without a word from either end."""
        forget(self.client)
        forget(self.server)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.wire.socket.close()
        self.client.close()
        self.server.close()
