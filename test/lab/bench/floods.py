# SPDX-License-Identifier: MIT
"""Floods: what was reported and lost against the kernel's count, the most memory, and how long the tool lags behind the end."""
import contextlib
import pathlib
import re
import resource
import tempfile
import threading
import time

from net.counters import counters
from net.host import send
from net.packets import Segment
from net.traced import Traced
from net.waits import until

SCANNED, WAITING, STRAYS = 20_000, 4_096, 20_000
NOWHERE, PORT = 9701, 9702
ATTACH_SECONDS, END_SECONDS = 900, 300

# Without a line for so long, the tool has caught up.
QUIET_SECONDS = 2


def measure(client, server):
    resource.setrlimit(resource.RLIMIT_NOFILE, (4 * WAITING, 4 * WAITING))
    for name, flood in (("a scan of closed ports", scan), ("a listener closes", close), ("RSTs nobody asked for", stray)):
        with contextlib.ExitStack() as kept:
            yield {"name": name, **watched(server, flood(client, server, kept))}


def watched(server, flood):
    """`flood` gives how many RSTs are to be counted at least by a counter, and makes them when it is asked further."""
    counter, count = next(flood)
    output = pathlib.Path(tempfile.mkdtemp()) / "verdicts.json"
    command = ["--netns", str(server.inode), "--balance", "--format", "json", "--output", str(output)]
    with Traced(command, ATTACH_SECONDS) as traced, Memory(traced.process.pid) as memory:
        before, begun = counters(server)[counter], time.monotonic()
        for _ in flood:
            pass
        until(lambda: counters(server)[counter] >= before + count, f"{counter} grows by {count}", seconds=300)
        ended = time.monotonic()
        last = caught_up(output, ended)
        counted = counters(server)[counter] - before
        traced.interrupt(END_SECONDS)
    return {"counted": counted, "seconds": ended - begun, "lag": last - ended, "mib": memory.most / 1024,
            "verdicts": sum(1 for _ in output.open()), **told(traced.said, server)}


def caught_up(output, ended):
    """When the output grew for the last time."""
    size, last = -1, ended
    while time.monotonic() - last < QUIET_SECONDS:
        if (now := output.stat().st_size) != size:
            size, last = now, time.monotonic()
        time.sleep(0.02)
    return last


class Memory:
    """The most that a process and its children have had in memory, in KiB."""

    def __init__(self, pid):
        self.pid, self.most, self.over = pid, 0, threading.Event()
        self.thread = threading.Thread(target=self._look)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        self.thread.join()

    def _look(self):
        while not self.over.wait(0.2):
            self.most = max(self.most, resident(self.pid))


def resident(pid):
    with contextlib.suppress(OSError, TypeError):
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])
    return 0


def told(said, server):
    """The balance of the network namespace, and the last line."""
    balance = next((line for line in said if line.startswith(f"netns {server.inode}: sent")), "")
    numbers = re.search(r"(\d+) reported \+ (\d+) lost", balance)
    reported, lost = map(int, numbers.groups()) if numbers else (0, 0)
    total = next((line for line in reversed(said) if "look-up" in line and "reset" in line), "")
    return {"reported": reported, "lost": lost, "agrees": "DIFFERS" not in balance, "said": total}


def scan(client, server, _):
    yield "OutRsts", SCANNED
    yield from spread(client, server, "S", SCANNED, lambda number: (10_000 + number % 50_000, NOWHERE + number // 50_000))


def stray(client, server, _):
    yield "InSegs", STRAYS
    yield from spread(client, server, "R", STRAYS, lambda number: (10_000 + number % 50_000, NOWHERE + number // 50_000))


def spread(client, server, flags, count, ports):
    for first in range(0, count, 500):
        segments = []
        for number in range(first, first + 500):
            source, destination = ports(number)
            segments.append(Segment((client.address(), source), (server.address(), destination), flags, number))
        send(client, server, *segments)
        yield


def close(client, server, kept):
    """A listener with connections that wait for accept() closes: each gets a RST."""
    server.set("net.core.somaxconn", WAITING)
    server.set("net.ipv4.tcp_max_syn_backlog", 2 * WAITING)
    client.set("net.ipv4.ip_local_port_range", "10000 60000")
    listener = server.listen(PORT, backlog=WAITING)
    for _ in range(WAITING):
        kept.enter_context(contextlib.closing(client.connect((server.address(), PORT))))
    yield "OutRsts", WAITING
    listener.close()
    yield
