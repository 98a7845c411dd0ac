# SPDX-License-Identifier: MIT
"""Connections that have nothing to do with what is provoked, at a steady rate.

They are between the same addresses, in a network namespace of their own, so that no trigger's counters and no witness's
packet socket see them. A tenth of them are such as the trace is asked for, and end as they should.
"""
import os
import signal
import time

from net.host import Host, run

EACH_SECOND = 200
ASKED_FOR, OTHER = 8999, 9999  # of no trigger; what is traced ends with the first


class Noise:
    """Runs while the body does. `made` tells how many connections there were, once it is over."""

    def __init__(self, world):
        self.addresses = world.server.address(4), world.client.address(4)
        self.made = 0

    def __enter__(self):
        self.host = Host("noise")
        for address in self.addresses:
            run("ip", "-n", self.host.name, "address", "add", f"{address}/32", "dev", "lo")
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
        self.host.remove()

    def _run(self, tell):
        stopped = []
        signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
        made, begun = 0, time.monotonic()
        here, peer = self.addresses
        listeners = {port: self.host.listen(port, address=here) for port in (ASKED_FOR, OTHER)}
        while not stopped:
            port = OTHER if made % 10 else ASKED_FOR
            with self.host.socket() as client:
                client.bind((peer, 0))
                client.connect((here, port))
                with listeners[port].accept()[0] as server:
                    client.send(b"a question")
                    server.recv(10)
                    server.send(b"an answer")
                    client.recv(9)
            made += 1
            # No faster than the rate; a machine that cannot keep up is busy enough.
            time.sleep(max(0, begun + made / EACH_SECOND - time.monotonic()))
        os.write(tell, str(made).encode())
