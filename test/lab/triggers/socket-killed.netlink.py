# SPDX-License-Identifier: MIT
"""A supervisor kills a client's connection that the peer has half closed, with SOCK_DESTROY and no ss."""
import os
import socket
import struct

from gauntlet.truth import seen_by_client
from net.waits import wait_closed_by_peer, wait_reset

SIDE = "client"
CONFIDENCE = "certain"
RESETS = [("client", "RA")]
NETLINK_SOCK_DIAG, SOCK_DESTROY, NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 4, 21, 1, 4, 2
NO_COOKIE = b"\xff" * 8


def trigger(world, port, family=4):
    client, server = world.connection(port, family)
    server.shutdown(socket.SHUT_WR)
    wait_closed_by_peer(client)
    truth = seen_by_client(client, port, state="CLOSE_WAIT", pid=os.getpid())
    with world.client.inside():
        diag = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG)
    with diag:
        diag.send(destroy(client))
        kind, _, _, _, error = struct.unpack_from("=HHIIi", diag.recv(4096), 4)
    if (kind, error) != (NLMSG_ERROR, 0):
        raise AssertionError(f"SOCK_DESTROY was answered with {kind}, {error}")
    wait_reset(server)
    client.close()
    server.close()
    return truth


def destroy(sock):
    """A struct nlmsghdr and a struct inet_diag_req_v2 that names this socket."""
    (address, port), (peer, peer_port) = sock.getsockname()[:2], sock.getpeername()[:2]
    packed = [socket.inet_pton(sock.family, one).ljust(16, b"\0") for one in (address, peer)]
    request = struct.pack("=BBBxI", sock.family, socket.IPPROTO_TCP, 0, 0xFFFFFFFF)
    request += struct.pack("!HH", port, peer_port) + b"".join(packed) + struct.pack("=I", 0) + NO_COOKIE
    return struct.pack("=IHHII", 16 + len(request), SOCK_DESTROY, NLM_F_REQUEST | NLM_F_ACK, 1, 0) + request
