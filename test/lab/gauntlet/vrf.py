# SPDX-License-Identifier: MIT
"""A VRF (virtual routing and forwarding) around the server's wire."""
import contextlib
import platform
import subprocess

from net.host import neighbour

TABLE = "77"


def missing():
    module = subprocess.run(["modprobe", "vrf"], capture_output=True, text=True)
    return f"no VRF on {platform.release()}: {module.stderr.strip()}" if module.returncode else None


@contextlib.contextmanager
def vrf(world):
    """What comes by the server's wire comes by a VRF while the body runs, and what the VRF sends goes by that wire."""
    host = world.server
    host.ip("link", "add", "blue", "type", "vrf", "table", TABLE)
    try:
        host.ip("link", "set", "blue", "up")
        # Else an interface loses its addresses of IPv6 as it goes from one to another.
        host.set("net.ipv6.conf.wire.keep_addr_on_down", 1)
        host.ip("link", "set", "wire", "master", "blue")
        ways(world, "vrf", "blue")
        yield
    finally:
        host.ip("link", "set", "wire", "nomaster")
        host.ip("link", "del", "blue")
        ways(world)


def ways(world, *table):
    """The server's way out, which it loses with its old table."""
    host = world.server
    for family in (4, 6):
        gateway = host.near(254, family)
        host.ip(f"-{family}", "route", "replace", "default", "via", gateway, "dev", "wire", *table)
        neighbour(host, gateway, host.router_link_address, "wire")
