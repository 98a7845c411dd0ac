# SPDX-License-Identifier: MIT
"""What a connection's socket tells of itself."""
import socket

# Socket options that Python has no names for (linux/tcp.h).
TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ = 19, 20, 21
REPAIR_ON, REPAIR_OFF_NO_PROBE = 1, -1
RECEIVE_QUEUE, SEND_QUEUE = 1, 2


def local_port(sock):
    return sock.getsockname()[1]


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
