# SPDX-License-Identifier: MIT
"""Connections that the server has closed, and of which it keeps no more than a mini-socket."""
import contextlib

from net.waits import wait_state


@contextlib.contextmanager
def half_closed(world, port, family):
    """The other end, which has not closed: the server is in FIN_WAIT2."""
    ghost, server = world.ghost_connection(port, family)
    with ghost:
        server.close()
        ghost.expect("FA")
        ghost.send("A")
        wait_state(world.server, ghost.address, "FIN_WAIT2")
        yield ghost


@contextlib.contextmanager
def over(world, port, family, rfc1337):
    """The other end, which has closed too: the server is in TIME_WAIT, and minds RFC 1337 or not."""
    ghost, server = world.ghost_connection(port, family)
    with ghost, world.server.sysctl("net.ipv4.tcp_rfc1337", rfc1337):
        server.close()
        ghost.expect("FA")
        ghost.send("FA")
        ghost.expect("A")
        wait_state(world.server, ghost.address, "TIME_WAIT")
        yield ghost
