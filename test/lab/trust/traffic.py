# SPDX-License-Identifier: MIT
"""Connections over loopback that this host resets: closed with a byte unread. `traffic.py COUNT` makes so many."""
import contextlib
import pathlib
import socket
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from net.waits import wait_reset, wait_unread  # noqa: E402

PORT = 8100
EVERY_SECONDS = 0.05


class Resets:
    """One listener; `one()` makes a connection and resets it, and returns when its client has the RST."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", PORT), backlog=64)
        self.made = 0
        return self

    def __exit__(self, *error):
        self.listener.close()

    def one(self):
        with socket.create_connection(("127.0.0.1", PORT)) as client:
            server, _ = self.listener.accept()
            client.send(b"x")
            wait_unread(server, 1)
            server.close()
            wait_reset(client)
        self.made += 1

    def some(self, count):
        for _ in range(count):
            self.one()

    @contextlib.contextmanager
    def steady(self):
        """While the body runs, twenty a second."""
        over = threading.Event()

        def work():
            while not over.wait(EVERY_SECONDS):
                self.one()

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


if __name__ == "__main__":
    with Resets() as only:
        only.some(int(sys.argv[1]))
