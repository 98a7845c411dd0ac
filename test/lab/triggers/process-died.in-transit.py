# SPDX-License-Identifier: MIT
"""A server is killed when the last reference to its connection is on its way by a UNIX socket (SCM_RIGHTS) that is on its way
itself. The kernel collects both: in a worker (net/unix/garbage.c), and a worker's files are closed by another
(fs/file_table.c, fput). Before Linux 6.10 whoever closes a UNIX socket collects, and seems to be the one who closes.
"""
import array
import platform
import signal
import socket

from gauntlet.children import REQUEST, Child
from gauntlet.truth import seen_by_server
from net.waits import wait_reset, wait_unread

SIDE = "server"
CONFIDENCE = "likely"
RESETS = [("server", "RA")]


def missing():
    release = tuple(int(part) for part in platform.release().split(".")[:2])
    return None if release >= (6, 10) else "this kernel collects in the task of whoever closes a UNIX socket"


def trigger(world, port, family=4):
    with world.server.listen(port, family) as listener:
        def serve(tell):
            server, _ = listener.accept()
            listener.close()
            wait_unread(server, len(REQUEST))
            near, far = socket.socketpair()
            files = array.array("i", [server.fileno(), near.fileno(), far.fileno()])
            near.sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
            server.close()
            tell()
            signal.pause()

        child = Child(serve)
        client = world.client.connect((world.server.address(family), port))
    client.send(REQUEST)
    child.wait_ready()
    child.end()
    collect()
    wait_reset(client)
    truth = seen_by_server(client, port, state="ESTABLISHED", pid=child.pid)
    client.close()
    return truth


def collect():
    """The end of any UNIX socket has the kernel look for such."""
    for end in socket.socketpair():
        end.close()
