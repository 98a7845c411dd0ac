# SPDX-License-Identifier: MIT
"""Ways to end a connection that Python has no word for."""
import ctypes
import os
import socket
import struct

LIBC = ctypes.CDLL(None, use_errno=True)
TCP_REPAIR = 19


def forget(sock):
    """Closes without a word to the peer, as a host that lost its state: TCP_REPAIR suppresses FIN and RST."""
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    sock.close()


def linger_zero(sock):
    """Has close() throw away what is not sent, and reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def disconnect(sock):
    """connect(2) to no address: the socket may be used anew, and its connection is over."""
    nowhere = struct.pack("=H14x", socket.AF_UNSPEC)
    if LIBC.connect(sock.fileno(), nowhere, len(nowhere)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
