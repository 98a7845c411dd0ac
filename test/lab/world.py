# SPDX-License-Identifier: MIT
"""Two hosts on one kernel: network namespaces joined by veth, and what triggers need to make sockets in either.

A socket stays in the namespace that its maker was in, so one process plays both ends and knows the truth.
"""
import contextlib
import ctypes
import fcntl
import importlib.util
import os
import pathlib
import select
import socket
import struct
import subprocess
import termios
import time

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
DIRECTORY = pathlib.Path(__file__).parent / "triggers"
TRIGGERS = sorted(path.stem for path in DIRECTORY.glob("*.py"))
PATIENCE_MS = 60_000  # far beyond what an emulated machine takes for one packet


def load_trigger(cause):
    """The trigger of a cause: SIDE, the end that is judged, and trigger(world, port), which gives the truth."""
    spec = importlib.util.spec_from_file_location(cause, DIRECTORY / f"{cause}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(*command):
    subprocess.run(command, check=True)


class Host:
    """One network namespace with one address."""

    def __init__(self, name, address):
        self.name = f"gauntlet-{name}"
        self.address = address
        run("ip", "netns", "add", self.name)
        self.descriptor = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        self.inode = os.fstat(self.descriptor).st_ino

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

    def listen(self, port):
        with self.inside():
            listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.address, port))
        listener.listen(8)
        return listener

    def socket(self):
        with self.inside():
            made = socket.socket()
        made.settimeout(PATIENCE_MS / 1000)
        return made

    def remove(self):
        os.close(self.descriptor)
        run("ip", "netns", "del", self.name)


class World:
    """A server and a client on one wire, with addresses of the documentation range."""

    def __init__(self):
        self.on_connection = lambda client: None
        self.server = Host("server", "192.0.2.1")
        self.client = Host("client", "192.0.2.2")
        run("ip", "link", "add", "wire", "netns", self.server.name, "type", "veth",
            "peer", "name", "wire", "netns", self.client.name)
        for host in (self.server, self.client):
            run("ip", "-n", host.name, "address", "add", f"{host.address}/24", "dev", "wire")
            run("ip", "-n", host.name, "link", "set", "wire", "up")
            run("ip", "-n", host.name, "link", "set", "lo", "up")

    def connection(self, port):
        """An accepted connection: the client's socket and the server's."""
        with self.server.listen(port) as listener:
            client = self.client.socket()
            client.connect((self.server.address, port))
            server, _ = listener.accept()
        server.settimeout(PATIENCE_MS / 1000)
        self.on_connection(client)
        return client, server

    def remove(self):
        self.server.remove()
        self.client.remove()


def wait_unread(sock, count):
    """Returns when so many bytes lie unread in the socket's receive queue."""
    while unread(sock) < count:
        wait_for(sock, select.POLLIN)


def unread(sock):
    return struct.unpack("i", fcntl.ioctl(sock, termios.FIONREAD, b"\0\0\0\0"))[0]


def wait_for(sock, events):
    poll = select.poll()
    poll.register(sock, events)
    if not poll.poll(PATIENCE_MS):
        raise TimeoutError("nothing happened on the socket")


def wait_reset(sock):
    """Returns when the socket was reset: the kernel reports an error on it."""
    poll = select.poll()
    poll.register(sock, 0)
    if not poll.poll(PATIENCE_MS):
        raise TimeoutError("the socket was not reset")


def wait_closed_by_peer(sock):
    """Returns when the peer's FIN has come."""
    wait_for(sock, select.POLLRDHUP)


def wait_state(host, client, state):
    """Returns when the host's end of this client's connection is in a state, by its number in /proc/net/tcp, which tells
    the substate of a time-wait.

    Between two CPUs a later segment may overtake an earlier one, and the trigger's truth with it.
    """
    port = f":{client.getsockname()[1]:04X}"
    with host.inside():
        until = time.monotonic() + PATIENCE_MS / 1000
        while not any(fields[2].endswith(port) and int(fields[3], 16) == state for fields in tcp_table()):
            if time.monotonic() > until:
                raise TimeoutError(f"the connection did not come to state {state}")


def tcp_table():
    with open("/proc/thread-self/net/tcp") as table:
        next(table)
        return [line.split() for line in table]


def forget(sock):
    """Closes without a word to the peer, as a host that lost its state: TCP_REPAIR suppresses FIN and RST."""
    sock.setsockopt(socket.IPPROTO_TCP, 19, 1)
    sock.close()


def linger_zero(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def seen_by_server(client, server_port, **more):
    """The tuple as packets arriving at the server have it, for a connection from this client's socket."""
    saddr, sport = client if isinstance(client, tuple) else client.getsockname()
    return {"saddr": saddr, "sport": sport, "dport": server_port, **more}


def seen_by_client(client, server_port, **more):
    """The same connection as packets arriving at the client have it."""
    daddr, dport = client.getsockname()
    return {"sport": server_port, "daddr": daddr, "dport": dport, **more}
