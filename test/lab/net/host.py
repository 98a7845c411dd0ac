# SPDX-License-Identifier: MIT
"""One network namespace, what may be done in it, and the wires that join it to others.

A socket stays in the namespace that its maker was in, so one process plays all hosts and knows the truth.
"""
import contextlib
import ctypes
import os
import pathlib
import socket
import subprocess
import sys

from net import packets
from net.waits import PATIENCE_SECONDS

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
SO_RCVBUFFORCE = 33

# The kinds of connection: IPv4, IPv6, and IPv4 on a socket of IPv6.
KINDS = (4, 6, "mapped")
SOCKET_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6, "mapped": socket.AF_INET6}
PREFIXES = {4: 24, 6: 64}

# What lies between two hosts on one wire, with room for a second wire.
NETWORKS = {4: ("192.0.2.", "198.51.100."), 6: ("2001:db8:1::", "2001:db8:2::")}


def run(*command, **more):
    """Runs a command to its good end. stdout is the tests' own, so what it prints goes to stderr by default."""
    quiet = {} if "capture_output" in more else {"stdout": sys.stderr}
    return subprocess.run(command, check=True, **{**quiet, **more})


def family_of(kind):
    return 6 if kind == 6 else 4


def at(kind, address):
    """An address as a socket of that kind takes it."""
    return f"::ffff:{address}" if kind == "mapped" else address


class Host:
    """A namespace. `addresses` has one of each family, once it is on a wire."""

    def __init__(self, name):
        self.role = name
        self.name = f"lab-{name}"
        self.addresses = {}
        run("ip", "netns", "add", self.name)
        self.descriptor = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        self.inode = os.fstat(self.descriptor).st_ino
        # From before an interface is there: addresses are usable at once, and no segment is spent on routers.
        for name in ("accept_dad", "router_solicitations", "accept_ra"):
            self.set(f"net.ipv6.conf.default.{name}", 0)
        self.set("net.ipv4.conf.all.rp_filter", 0)
        self.set("net.ipv4.conf.default.rp_filter", 0)
        self.ip("link", "set", "lo", "up")

    def address(self, kind=4):
        """As packets have it, whatever a socket of IPv6 makes of an IPv4 address."""
        return self.addresses[family_of(kind)]

    def near(self, last, family=4):
        """Another address of this host's network, by its last part: 254 is a router, 77 nobody, 0/24 the network."""
        return f"{self.address(family)[:-1]}{last}"

    def ip(self, *arguments):
        run("ip", "-n", self.name, *arguments)

    @contextlib.contextmanager
    def inside(self):
        """Runs the body in this host's network namespace."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            self.enter()
            yield
        finally:
            enter(home)
            os.close(home)

    def enter(self):
        """Moves this process there for good."""
        enter(self.descriptor)

    def run(self, *command, **more):
        with self.inside():
            return run(*command, **more)

    def socket(self, kind=4, protocol=0):
        with self.inside():
            made = socket.socket(SOCKET_FAMILIES[kind], socket.SOCK_STREAM, protocol)
        made.settimeout(PATIENCE_SECONDS)
        return made

    def listen(self, port=0, kind=4, backlog=8, address=None, protocol=0, options=()):
        """A listener; `options` are those of setsockopt, set before bind."""
        listener = self.socket(kind, protocol)
        for option in [(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1), *options]:
            listener.setsockopt(*option)
        listener.bind((address or at(kind, self.address(kind)), port))
        listener.listen(backlog)
        return listener

    def connect(self, address, options=(), protocol=0):
        """A socket that is connected to an (address, port), of the family that the address is of."""
        made = self.socket(6 if ":" in address[0] else 4, protocol)
        for option in options:
            made.setsockopt(*option)
        made.connect(address[:2])
        return made

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

    def inject(self, *segments, to, interface="wire"):
        """Puts segments on the wire, whoever they say that they are from, for the link address `to`."""
        ready = [(packets.encode(one), packets.destination(one, to, interface)) for one in segments]
        with contextlib.closing(self.packet_socket(interface)) as wire:
            for packet, target in ready:
                wire.sendto(packet, target)

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
        command = ["ip6tables" if family == 6 else "iptables", "--wait", "-t", table]
        self.run(*command, "-A", chain, *rule)
        try:
            yield
        finally:
            self.run(*command, "-D", chain, *rule)

    def reject(self, family, chain, port, *more):
        """Has what is for a port rejected with RST while the body runs."""
        return self.rule(family, chain, "-p", "tcp", "--dport", str(port), *more, "-j", "REJECT",
                         "--reject-with", "tcp-reset")

    @contextlib.contextmanager
    def nft_reject(self, hook, port):
        """Has an nftables rule in place, while the body runs, that rejects what is for a port with RST."""
        lines = ["table inet lab {", f"chain {hook} {{", f"type filter hook {hook} priority 0",
                 f"tcp dport {port} reject with tcp reset", "}", "}"]
        self.run("nft", "\n".join(lines))
        try:
            yield
        finally:
            self.run("nft", "delete table inet lab")

    @contextlib.contextmanager
    def blackhole(self, address):
        """Has this host, as router, lose all that is for an address, without a word."""
        route = ["route", "add", "blackhole", f"{address}/{128 if ':' in address else 32}"]
        self.ip(*route)
        try:
            yield
        finally:
            self.ip("route", "del", *route[2:])

    def remove(self):
        os.close(self.descriptor)
        run("ip", "netns", "del", self.name)


def enter(descriptor):
    if LIBC.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def wire(*ends):
    """Joins two hosts by veth; each end is (host, interface, link address, {family: address})."""
    (one, name, link, _), (other, peer, peer_link, _) = ends
    run("ip", "link", "add", "name", name, "address", link, "netns", one.name, "type", "veth",
        "peer", "name", peer, "address", peer_link, "netns", other.name)
    for host, interface, _, addresses in ends:
        for family, address in addresses.items():
            host.ip("address", "add", f"{address}/{PREFIXES[family]}", "dev", interface, *["nodad"][:family == 6])
        host.ip("link", "set", interface, "up")


def join(*hosts, number=0):
    """One wire between two hosts: .1 and ::1 at the first, on `to-` the other's name, .2 and ::2 at the second."""
    ends = [(host, f"to-{other.role}", f"02:00:00:00:0{number}:0{place}",
             {family: f"{networks[number]}{place}" for family, networks in NETWORKS.items()})
            for place, (host, other) in enumerate(zip(hosts, reversed(hosts)), 1)]
    for host, _, link, addresses in ends:
        host.addresses, host.link_address = addresses, link
    wire(*ends)


def neighbour(host, address, link, interface):
    """Has a host know for good what link address an address is at."""
    host.ip("neighbour", "replace", address, "lladdr", link, "dev", interface, "nud", "permanent")


def send(host, peer, *segments):
    """Puts segments on the wire that joins a host to another."""
    host.inject(*segments, to=peer.link_address, interface=f"to-{peer.role}")


def connection(client, server, kind, port):
    """An accepted connection: the client's socket and the server's."""
    with server.listen(port, kind) as listener:
        made = client.connect((at(kind, server.address(kind)), port))
        accepted, _ = listener.accept()
    accepted.settimeout(made.gettimeout())
    return made, accepted


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
