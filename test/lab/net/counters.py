# SPDX-License-Identifier: MIT
"""What a host's kernel has counted: /proc/net/snmp and netstat, by the names there."""
import contextlib

from net.waits import until


def counters(host):
    counted = {}
    with host.inside():
        for name in ("snmp", "netstat"):
            with open(f"/proc/thread-self/net/{name}") as table:
                for names, values in zip(table, table):
                    section, *names = names.split()
                    if section in ("Tcp:", "TcpExt:", "MPTcpExt:"):
                        counted.update(zip(names, map(int, values.split()[1:])))
    return counted


def increase(before, after):
    """How much each has grown, for those that have."""
    return {name: value - before.get(name, 0) for name, value in after.items() if value != before.get(name, 0)}


@contextlib.contextmanager
def counting(host, name, count=1):
    """Has the host's kernel count so many more of something by what the body does, before anything else is done."""
    before = counters(host)[name]
    yield
    until(lambda: counters(host)[name] >= before + count, f"{name} grows by {count}")


def arriving(host):
    """Has the host's TCP take in what the body sends it, before anything else is done."""
    return counting(host, "InSegs")
