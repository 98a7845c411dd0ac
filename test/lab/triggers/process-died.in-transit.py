# SPDX-License-Identifier: MIT
"""A server is killed when the last reference to its connection is on its way by a UNIX socket (SCM_RIGHTS) that is on its way
itself. The kernel collects both: since Linux 6.10 in a worker (net/unix/garbage.c), and a worker's files are closed by another
(fs/file_table.c, fput).
"""
import array
import platform
import signal
import socket

from gauntlet.children import REQUEST, Child
from gauntlet.truth import seen_by_server
from net.waits import wait_reset, wait_unread

SIDE = "server"
BY_WORKER = tuple(map(int, platform.release().split("-")[0].split("+")[0].split(".")[:2])) >= (6, 10)
CONFIDENCE = "likely" if BY_WORKER else "certain"
RESETS = [("server", "RA")]


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
