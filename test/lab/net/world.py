# SPDX-License-Identifier: MIT
"""A small internet on one kernel: a server, a client and a stranger, each on a wire of its own to a router in between.

    server 192.0.2.1, 2001:db8:1::1 ---+
    client 198.51.100.2, 2001:db8:2::2 +--- router (.254; its interfaces are named for the host at the other end)
    stranger 203.0.113.3, 2001:db8:3::3 +
"""
import errno
import importlib.util
import pathlib

from net.ghost import Ghost
from net.host import Host, connection, neighbour, wire
from net.waits import until

DIRECTORY = pathlib.Path(__file__).parent.parent / "triggers"
TRIGGERS = sorted(path.name.removesuffix(".py") for path in DIRECTORY.glob("*.py"))

HOSTS = {
    "server": {4: "192.0.2.1", 6: "2001:db8:1::1"},
    "client": {4: "198.51.100.2", 6: "2001:db8:2::2"},
    "stranger": {4: "203.0.113.3", 6: "2001:db8:3::3"},
}


def load_trigger(name):
    """The trigger of a cause: SIDE, the end that is judged, and trigger(world, port, family), which gives the truth."""
    spec = importlib.util.spec_from_file_location(name, DIRECTORY / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class World:
    """The hosts, with addresses of the documentation ranges. A segment loses one of its TTL at the router."""

    def __init__(self):
        self.on_connection = lambda client: None
        self.router = Host("router")
        self.router.set("net.ipv4.ip_forward", 1)
        self.router.set("net.ipv6.conf.all.forwarding", 1)
        self.hosts = [self.router]
        for name in HOSTS:
            setattr(self, name, Host(name))
            self.hosts.append(getattr(self, name))
            self._connect(self.hosts[-1])
        for family in (4, 6):
            until(lambda: self._answers(family), "the hosts reach each other")

    def _connect(self, host):
        host.addresses = HOSTS[host.role]
        number = host.address()[-1]
        host.link_address, host.router_link_address = (f"02:00:00:00:0{side}:0{number}" for side in (1, 2))
        wire((host, "wire", host.link_address, host.addresses),
             (self.router, host.role, host.router_link_address, {family: host.near(254, family) for family in (4, 6)}))
        for family in (4, 6):
            gateway = host.near(254, family)
            host.ip(f"-{family}", "route", "add", "default", "via", gateway)
            # Known for good, so that no question for a neighbour ever comes between.
            neighbour(host, gateway, host.router_link_address, "wire")
            for address in (host.address(family), host.near(77, family)):
                neighbour(self.router, address, host.link_address, host.role)

    # An interface just made may take a moment to carry; a refusal by the far end's kernel shows that all is there.
    def _answers(self, family):
        for host in (self.client, self.stranger):
            with host.socket(family) as probe:
                probe.settimeout(1)
                if probe.connect_ex((self.server.address(family), 1)) != errno.ECONNREFUSED:
                    return False
        return True

    def connection(self, port, family=4):
        """An accepted connection: the client's socket and the server's."""
        client, server = connection(self.client, self.server, family, port)
        self.on_connection(client)
        return client, server

    def refused(self, port, family=4):
        """The client's (address, port) of a connection to the server that is refused."""
        with self.client.socket(family) as client:
            client.bind((self.client.address(family), 0))
            if client.connect_ex((self.server.address(family), port)) != errno.ECONNREFUSED:
                raise AssertionError("the connection was not refused")
            return client.getsockname()[:2]

    def ghost_connection(self, port, family=4):
        """A connection of the server's whose other end is written by hand: the ghost and the server's socket."""
        ghost = self.ghost_client(port, family)
        with self.server.listen(port, family) as listener:
            ghost.connect()
            server, _ = listener.accept()
        server.settimeout(listener.gettimeout())
        return ghost, server

    def ghost_client(self, port, family=4):
        return Ghost(self.client, self.server, family, port=port)

    def ghost_server(self, port, family=4):
        return Ghost(self.server, self.client, family, here=port)

    def begin_connect(self, address):
        """A socket of the client's that is on its way to an address, (address, port), and does not wait."""
        client = self.client.socket(6 if ":" in address[0] else 4)
        client.setblocking(False)
        if client.connect_ex(address) != errno.EINPROGRESS:
            raise OSError("the connection did not begin")
        return client

    def inject(self, segment, sender):
        """A host puts a segment on its wire to the router, whoever it says that it is from."""
        sender.inject(segment, to=sender.router_link_address)

    def inject_from_router(self, segment, receiver):
        """The router itself sends a segment, as a middlebox would: the receiver sees it with its TTL untouched."""
        self.router.inject(segment, to=receiver.link_address, interface=receiver.role)

    def remove(self):
        for host in self.hosts:
            host.remove()
