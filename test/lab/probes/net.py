# SPDX-License-Identifier: MIT
"""Hosts on one kernel, each a network namespace, joined by veth; both families, without duplicate address detection."""
import contextlib
import ctypes
import os
import select
import socket
import struct
import subprocess
import time

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
PATIENCE = 60  # seconds: far beyond what an emulated machine takes for one packet

# Socket options that Python has no names for (linux/tcp.h).
TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ = 19, 20, 21
REPAIR_ON, REPAIR_OFF, REPAIR_OFF_NO_PROBE = 1, 0, -1
RECEIVE_QUEUE, SEND_QUEUE = 1, 2

# The kinds of connection: IPv4, IPv6, and IPv4 on a socket of IPv6.
KINDS = ("4", "6", "mapped")


def run(*command, **more):
    return subprocess.run(command, check=True, **more)


def family_of(kind):
    return 6 if kind == "6" else 4


class Host:
    """One network namespace with an address of each family for each of its links."""

    def __init__(self, name):
        self.name = f"probes-{name}"
        run("ip", "netns", "add", self.name)
        self.descriptor = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        self.inode = os.fstat(self.descriptor).st_ino
        self.addresses = {}
        self.ip("link", "set", "lo", "up")

    def ip(self, *arguments):
        run("ip", "-n", self.name, *arguments)

    def run(self, *command, **more):
        return run("ip", "netns", "exec", self.name, *command, **more)

    @contextlib.contextmanager
    def inside(self):
        """Runs the body in this host's network namespace."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            enter(self.descriptor)
            yield
        finally:
            enter(home)
            os.close(home)

    def address(self, kind):
        """As packets have it: what a socket of IPv6 makes of an IPv4 address is nobody's business."""
        return self.addresses[family_of(kind)]

    def raw(self, kind, kind_of_socket=socket.SOCK_STREAM, protocol=0):
        with self.inside():
            made = socket.socket(socket.AF_INET if kind == "4" else socket.AF_INET6, kind_of_socket, protocol)
        made.settimeout(PATIENCE)
        return made

    def listen(self, kind, port, backlog=128):
        listener = self.raw(kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((at(kind, self.address(kind)), port))
        listener.listen(backlog)
        return listener

    def remove(self):
        os.close(self.descriptor)
        run("ip", "netns", "del", self.name)


def at(kind, address):
    """An address as a socket of that kind takes it."""
    return f"::ffff:{address}" if kind == "mapped" else address


def enter(descriptor):
    if LIBC.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def join(one, other, number):
    """A wire with the documentation's networks: .1 and ::1 at one end, .2 and ::2 at the other."""
    network = {4: ("192.0.2.", "198.51.100.")[number], 6: f"2001:db8:{number + 1}::"}
    names = [f"to-{host.name.rpartition('-')[2]}" for host in (other, one)]
    run("ip", "link", "add", names[0], "netns", one.name, "type", "veth", "peer", "name", names[1], "netns", other.name)
    for end, (host, name) in enumerate(((one, names[0]), (other, names[1])), 1):
        host.ip("link", "set", name, "up")
        for family, length in ((4, "24"), (6, "64")):
            host.addresses[family] = f"{network[family]}{end}"
            nodad = ["nodad"] if family == 6 else []
            host.ip("address", "add", f"{host.addresses[family]}/{length}", "dev", name, *nodad)


def connect(client, server, kind, port):
    """An accepted connection: the client's socket and the server's."""
    with server.listen(kind, port) as listener:
        made = client.raw(kind)
        made.connect((at(kind, server.address(kind)), port))
        accepted, _ = listener.accept()
    accepted.settimeout(PATIENCE)
    return made, accepted


def local_port(sock):
    return sock.getsockname()[1]


def linger_zero(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def numbers(sock):
    """The next sequence number that the socket sends, and the one that it waits for."""
    option = lambda name, *value: sock.setsockopt(socket.IPPROTO_TCP, name, *value)
    option(TCP_REPAIR, REPAIR_ON)
    values = []
    for queue in (SEND_QUEUE, RECEIVE_QUEUE):
        option(TCP_REPAIR_QUEUE, queue)
        values.append(sock.getsockopt(socket.IPPROTO_TCP, TCP_QUEUE_SEQ) & 0xffffffff)
    option(TCP_REPAIR, REPAIR_OFF_NO_PROBE)
    return values


def wait_reset(sock):
    """Returns when the socket was reset: the kernel reports an error on it."""
    wait_for(sock, 0)


def wait_closed_by_peer(sock):
    wait_for(sock, select.POLLRDHUP)


def wait_for(sock, events):
    poll = select.poll()
    poll.register(sock, events)
    if not poll.poll(PATIENCE * 1000):
        raise TimeoutError("nothing happened on the socket")


def until(true, what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)
