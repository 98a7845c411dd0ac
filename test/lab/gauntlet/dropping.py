# SPDX-License-Identifier: MIT
"""Firewall rules that drop a RST."""
import contextlib

from net.waits import until

CHAIN_OF_TABLE = {"INPUT": "filter", "OUTPUT": "filter", "PREROUTING": "raw"}


@contextlib.contextmanager
def dropping_rst(host, family, chain, port, side="--dport"):
    """Has a host drop RSTs in a chain, by the port at one side, while the body runs; gives what waits for the first."""
    table = CHAIN_OF_TABLE[chain]
    with host.rule(family, chain, "-p", "tcp", "--tcp-flags", "RST", "RST", side, str(port), "-j", "DROP", table=table):
        yield lambda: until(lambda: dropped(host, family, chain, table) > 0, f"{chain} drops a RST")


def dropped(host, family, chain, table):
    """How many packets the last rule of a chain has met."""
    command = "ip6tables" if family == 6 else "iptables"
    listed = host.run(command, "--wait", "-t", table, "-nvxL", chain, capture_output=True, text=True)
    return int(listed.stdout.split("\n")[-2].split()[0])
