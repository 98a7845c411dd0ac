#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs in a container: `peer.py serve PORT` closes each connection with unread data; `peer.py connect ADDRESS PORT` is its client."""
import socket
import sys


def serve(port):
    listener = socket.create_server(("0.0.0.0", int(port)))
    print("listens", flush=True)
    while True:
        connection, _ = listener.accept()
        connection.recv(1, socket.MSG_PEEK)
        connection.close()


def connect(address, port):
    client = socket.create_connection((address, int(port)))
    client.sendall(b"x" * 19)
    try:
        client.recv(1)
    except ConnectionResetError:
        print("reset", flush=True)
        return
    sys.exit("it was not reset")


{"serve": serve, "connect": connect}[sys.argv[1]](*sys.argv[2:])
