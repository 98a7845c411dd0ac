# SPDX-License-Identifier: MIT
"""Servers that are processes of their own, to be ended from outside."""
import os
import signal

from net.waits import wait_acknowledged, wait_unread

REQUEST = b"POST / HTTP/1.1\r\n\r\n"


class Child:
    """A process that runs a function, which tells by its argument when it is ready, and then waits to be ended."""

    def __init__(self, function):
        ready, tell = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                function(lambda: os.write(tell, b"."))
                signal.pause()
            finally:
                os._exit(1)
        os.close(tell)
        self.ready = ready

    def wait_ready(self):
        if os.read(self.ready, 1) != b".":
            raise AssertionError("the server ended by itself")

    def end(self, signal_number=signal.SIGKILL):
        os.kill(self.pid, signal_number)
        os.waitpid(self.pid, 0)
        os.close(self.ready)


def request_unread(world, port, family):
    """A client and the child whose server has its request in the receive queue, and has not read it."""
    with world.server.listen(port, family) as listener:
        def serve(tell):
            server, _ = listener.accept()
            listener.close()
            wait_unread(server, len(REQUEST))
            tell()
            signal.pause()

        child = Child(serve)
        client = world.client.socket(family)
        client.connect((world.server.address(family), port))
    client.send(REQUEST)
    child.wait_ready()
    wait_acknowledged(client)
    return client, child
