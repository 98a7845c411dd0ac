# SPDX-License-Identifier: MIT
"""A FIN that comes again together with data that was read before, as when both were lost on the way, or their ACK."""
import platform

from net.waits import wait_closed_by_peer

REQUEST = b"GET / HTTP/1.1\r\n\r\n"


def missing():
    """Linux of the other releases has commit 5f9238530970: __tcp_close counts what is beyond copied_seq alone."""
    return None if platform.release().startswith("5.10.") else "this kernel counts unread data right"


def fin_with_old_data(ghost, server):
    """Returns when the server has read all that the ghost sends, and has its FIN."""
    first = ghost.seq
    ghost.send("PA", REQUEST)
    if server.recv(len(REQUEST)) != REQUEST:
        raise AssertionError("the request did not come")
    ghost.send("PFA", REQUEST, seq=first)
    ghost.seq = first + len(REQUEST) + 1
    wait_closed_by_peer(server)
