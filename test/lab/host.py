# SPDX-License-Identifier: MIT
"""One network namespace, and what may be done in it.

A socket stays in the namespace that its maker was in, so one process plays all hosts and knows the truth.
"""
import contextlib
import ctypes
import os
import pathlib
import socket
import subprocess
import sys

import packets
from waits import PATIENCE_SECONDS

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
SO_RCVBUFFORCE = 33
FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


def run(*command):
    subprocess.run(command, check=True, stdout=sys.stderr)


class Host:
    """A namespace; with a number it has an address of each family in a network of its own, on its interface `wire`."""

    def __init__(self, name, networks=None, number=0):
        self.name = f"gauntlet-{name}"
        self.networks = networks
        self.number = number
        run("ip", "netns", "add", self.name)
        self.descriptor = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        self.inode = os.fstat(self.descriptor).st_ino
        # From before an interface is there: addresses are usable at once, and no segment is spent on routers.
        for name in ("accept_dad", "router_solicitations", "accept_ra"):
            self.set(f"net.ipv6.conf.default.{name}", 0)
        self.set("net.ipv4.conf.all.rp_filter", 0)
        self.set("net.ipv4.conf.default.rp_filter", 0)
        run("ip", "-n", self.name, "link", "set", "lo", "up")

    def address(self, family=4):
        return self._numbered(family, self.number)

    def gateway(self, family=4):
        return self._numbered(family, 254)

    def ghost_address(self, family=4):
        """Leads to this host's interface, and no kernel owns it: see ghost.py."""
        return self._numbered(family, 77)

    def network(self, family=4):
        """The prefix of all who may speak from this host's side."""
        return f"{self.networks[family]}{'0/24' if family == 4 else '/64'}"

    def _numbered(self, family, number):
        return f"{self.networks[family]}{number}"

    @contextlib.contextmanager
    def inside(self):
        """Runs the body in this host's network namespace."""
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        try:
            self._enter(self.descriptor)
            yield
        finally:
            self._enter(home)
            os.close(home)

    @staticmethod
    def _enter(descriptor):
        if LIBC.setns(descriptor, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    def run(self, *command):
        with self.inside():
            run(*command)

    def socket(self, family=4, protocol=0):
        with self.inside():
            made = socket.socket(FAMILIES[family], socket.SOCK_STREAM, protocol)
        made.settimeout(PATIENCE_SECONDS)
        return made

    def listen(self, port, family=4, backlog=8, address=None, protocol=0):
        listener = self.socket(family, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address or self.address(family), port))
        listener.listen(backlog)
        return listener

    def packet_socket(self, interface=None):
        """Sees what passes an interface, or all, and puts packets on it; closed by its user."""
        with self.inside():
            protocol = 0 if interface else socket.htons(packets.ETH_P_ALL)
            made = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, protocol)
        made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        made.settimeout(PATIENCE_SECONDS)
        if interface:
            made.bind((interface, packets.ETH_P_ALL))
        return made

    def inject(self, segment, to, interface="wire"):
        """Puts a segment on the wire, whoever it says that it is from, for the link address `to`."""
        with contextlib.closing(self.packet_socket(interface)) as wire:
            target = (interface, packets.protocol(segment), 0, 0, bytes.fromhex(to.replace(":", "")))
            wire.sendto(packets.encode(segment), target)

    def set(self, name, value):
        with self.inside():
            setting(name).write_text(f"{value}\n")

    @contextlib.contextmanager
    def sysctl(self, name, value):
        """Has a sysctl of this namespace at a value while the body runs."""
        with self.inside():
            before = setting(name).read_text().strip()
        self.set(name, value)
        try:
            yield
        finally:
            self.set(name, before)

    @contextlib.contextmanager
    def rule(self, family, chain, *rule, table="filter"):
        """Has an iptables rule in place while the body runs."""
        command = ["iptables" if family == 4 else "ip6tables", "--wait", "-t", table]
        self.run(*command, "-A", chain, *rule)
        try:
            yield
        finally:
            self.run(*command, "-D", chain, *rule)

    @contextlib.contextmanager
    def nft_reject(self, hook, port):
        """Has an nftables rule in place, while the body runs, that rejects what is for a port with RST."""
        lines = ["table inet gauntlet {", f"chain {hook} {{", f"type filter hook {hook} priority 0",
                 f"tcp dport {port} reject with tcp reset", "}", "}"]
        self.run("nft", "\n".join(lines))
        try:
            yield
        finally:
            self.run("nft", "delete table inet gauntlet")

    @contextlib.contextmanager
    def blackhole(self, address):
        """Has this host, as router, lose all that is for an address, without a word."""
        route = ["route", "add", "blackhole", f"{address}/{128 if ':' in address else 32}"]
        run("ip", "-n", self.name, *route)
        try:
            yield
        finally:
            run("ip", "-n", self.name, "route", "del", *route[2:])

    def remove(self):
        os.close(self.descriptor)
        run("ip", "netns", "del", self.name)


@contextlib.contextmanager
def machine_sysctl(name, value):
    """Has a sysctl that all namespaces share at a value while the body runs."""
    before = setting(name).read_text().strip()
    setting(name).write_text(f"{value}\n")
    try:
        yield
    finally:
        setting(name).write_text(f"{before}\n")


def setting(name):
    return pathlib.Path("/proc/sys", name.replace(".", "/"))
