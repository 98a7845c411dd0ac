# SPDX-License-Identifier: MIT
"""A small internet on one kernel: a server, a client and a stranger, each on a wire of its own to a router in between.

    server 192.0.2.1, 2001:db8:1::1 ---+
    client 198.51.100.2, 2001:db8:2::2 +--- router (.254; its interfaces are named for the host at the other end)
    stranger 203.0.113.3, 2001:db8:3::3 +
"""
import errno
import importlib.util
import pathlib

from ghost import Ghost
from host import Host, run
from waits import until

DIRECTORY = pathlib.Path(__file__).parent / "triggers"
TRIGGERS = sorted(path.name.removesuffix(".py") for path in DIRECTORY.glob("*.py"))

HOSTS = {
    "server": (1, {4: "192.0.2.", 6: "2001:db8:1::"}),
    "client": (2, {4: "198.51.100.", 6: "2001:db8:2::"}),
    "stranger": (3, {4: "203.0.113.", 6: "2001:db8:3::"}),
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
        self.hosts = []
        self.router = self._host("router")
        self.router.set("net.ipv4.ip_forward", 1)
        self.router.set("net.ipv6.conf.all.forwarding", 1)
        for name, (number, networks) in HOSTS.items():
            setattr(self, name, self._host(name, networks, number))
            self._connect(name, getattr(self, name))
        for family in (4, 6):
            until(lambda: self._answers(family), "the hosts reach each other")

    def _host(self, *arguments):
        self.hosts.append(Host(*arguments))
        return self.hosts[-1]

    def _connect(self, name, host):
        host.link_address, host.router_link_address = (f"02:00:00:00:0{side}:0{host.number}" for side in (1, 2))
        run("ip", "link", "add", "name", "wire", "address", host.link_address, "netns", host.name, "type", "veth",
            "peer", "name", name, "address", host.router_link_address, "netns", self.router.name)
        for family, length in ((4, 24), (6, 64)):
            for owner, device, address in ((host, "wire", host.address(family)),
                                           (self.router, name, host.gateway(family))):
                run("ip", "-n", owner.name, "address", "add", f"{address}/{length}", "dev", device,
                    *["nodad"][:family == 6])
        run("ip", "-n", host.name, "link", "set", "wire", "up")
        run("ip", "-n", self.router.name, "link", "set", name, "up")
        for family in (4, 6):
            run("ip", "-n", host.name, f"-{family}", "route", "add", "default", "via", host.gateway(family))
            # Known for good, so that no question for a neighbour ever comes between.
            run("ip", "-n", host.name, "neighbour", "replace", host.gateway(family), "lladdr", host.router_link_address,
                "dev", "wire", "nud", "permanent")
            for address in (host.address(family), host.ghost_address(family)):
                run("ip", "-n", self.router.name, "neighbour", "replace", address, "lladdr", host.link_address,
                    "dev", name, "nud", "permanent")

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
        with self.server.listen(port, family) as listener:
            client = self.client.socket(family)
            client.connect((self.server.address(family), port))
            server, _ = listener.accept()
        server.settimeout(client.gettimeout())
        self.on_connection(client)
        return client, server

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
        name = next(name for name in HOSTS if getattr(self, name) is receiver)
        self.router.inject(segment, to=receiver.link_address, interface=name)

    def remove(self):
        for host in self.hosts:
            host.remove()
