#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes resets on the loopback interface: `resets.py COUNT [SECONDS]`, spread over that time. Each closes unread data."""
import socket
import sys
import time

count, seconds = int(sys.argv[1]), float((sys.argv[2:] or ["0"])[0])
listener = socket.create_server(("127.0.0.1", 0), backlog=16)
begun = time.monotonic()
for number in range(count):
    time.sleep(max(0, begun + seconds * number / count - time.monotonic()))
    client = socket.create_connection(listener.getsockname())
    server, _ = listener.accept()
    client.sendall(b"x" * 19)
    server.recv(1, socket.MSG_PEEK)
    server.close()
    try:
        client.recv(1)
    except ConnectionResetError:
        pass
    client.close()
