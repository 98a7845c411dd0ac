# SPDX-License-Identifier: MIT
"""Connections that have nothing to do with what is provoked: a server and a client of their own, at a steady rate."""
import os
import signal
import time

PORT = 9999  # of no trigger
EACH_SECOND = 200


class Noise:
    """Runs while the body does. `made` tells how many connections there were, once it is over."""

    def __init__(self, world):
        self.world = world
        self.made = 0

    def __enter__(self):
        self.told, tell = os.pipe()
        self.child = os.fork()
        if self.child == 0:
            # Whatever happens here, the parent's way out is not ours.
            try:
                os.close(self.told)
                self._run(tell)
            finally:
                os._exit(0)
        os.close(tell)
        return self

    def __exit__(self, *error):
        os.kill(self.child, signal.SIGTERM)
        os.waitpid(self.child, 0)
        self.made = int(os.read(self.told, 20) or 0)
        os.close(self.told)

    def _run(self, tell):
        stopped = []
        signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
        made, begun = 0, time.monotonic()
        with self.world.server.listen(PORT, 4) as listener:
            while not stopped:
                with self.world.client.socket(4) as client:
                    client.connect((self.world.server.address(4), PORT))
                    with listener.accept()[0] as server:
                        client.send(b"a question")
                        server.recv(10)
                        server.send(b"an answer")
                        client.recv(9)
                made += 1
                # No faster than the rate; a machine that cannot keep up is busy enough.
                time.sleep(max(0, begun + made / EACH_SECOND - time.monotonic()))
        os.write(tell, str(made).encode())
