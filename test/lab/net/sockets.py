# SPDX-License-Identifier: MIT
"""What Python has no word for: ways to end a connection, and its numbers."""
import ctypes
import os
import socket
import struct

LIBC = ctypes.CDLL(None, use_errno=True)
# Socket options that Python has no names for (linux/tcp.h).
TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ = 19, 20, 21
REPAIR_ON, REPAIR_OFF_NO_PROBE = 1, -1
RECEIVE_QUEUE, SEND_QUEUE = 1, 2


def forget(sock):
    """Closes without a word to the peer, as a host that lost its state: TCP_REPAIR suppresses FIN and RST."""
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, REPAIR_ON)
    sock.close()


def linger_zero(sock):
    """Has close() throw away what is not sent, and reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def disconnect(sock):
    """connect(2) to no address: the socket may be used anew, and its connection is over."""
    nowhere = struct.pack("=H14x", socket.AF_UNSPEC)
    if LIBC.connect(sock.fileno(), nowhere, len(nowhere)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


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
