# SPDX-License-Identifier: MIT
"""Waiting for what the kernel says has happened, and never for a time."""
import fcntl
import select
import struct
import termios
import time

PATIENCE_SECONDS = 60  # far beyond what an emulated machine takes for one packet

# As numbered in /proc/net/tcp, which tells the substate of a time-wait.
STATES = {name: number for number, name in enumerate(
    ("ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK",
     "LISTEN", "CLOSING"), 1)}


def comes(condition, seconds=PATIENCE_SECONDS):
    """What the condition gives once that is something, or what it gave last: the one place that asks again and again."""
    end = time.monotonic() + seconds
    while not (result := condition()) and time.monotonic() < end:
        time.sleep(0.002)
    return result


def until(condition, what, seconds=PATIENCE_SECONDS):
    """Returns what the condition gives once that is something."""
    if not (result := comes(condition, seconds)):
        raise TimeoutError(f"waited in vain: {what}")
    return result


def wait_unread(sock, count):
    """Returns when so many bytes lie unread in the socket's receive queue."""
    while unread(sock) < count:
        wait_for(sock, select.POLLIN)


def unread(sock):
    return struct.unpack("i", fcntl.ioctl(sock, termios.FIONREAD, b"\0\0\0\0"))[0]


def wait_acknowledged(sock):
    """Returns when the peer has acknowledged all that was sent: no ACK is under way that a close could cross."""
    until(lambda: struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ, b"\0\0\0\0"))[0] == 0, "all is acknowledged")


def wait_for(sock, events):
    poll = select.poll()
    poll.register(sock, events)
    if not poll.poll(PATIENCE_SECONDS * 1000):
        raise TimeoutError("nothing happened on the socket")


def wait_readable(sock):
    """Returns when there is something to read, or to accept."""
    wait_for(sock, select.POLLIN)


def wait_reset(sock):
    """Returns when the socket was reset: the kernel reports an error on it."""
    wait_for(sock, 0)


def wait_closed_by_peer(sock):
    """Returns when the peer's FIN has come."""
    wait_for(sock, select.POLLRDHUP)


def wait_state(host, client, state):
    """Returns when the host's end of a connection is in a state. `client`: its socket, or its (address, port).

    Between two CPUs a later segment may overtake an earlier one, and the trigger's truth with it.
    """
    port = (client if isinstance(client, tuple) else client.getsockname())[1]
    until(lambda: STATES[state] in states(host, port), f"the connection comes to {state}")


def wait_orphan(host, client):
    """Returns the state of what the host keeps of a connection that it has closed and the peer has not, once that stays.

    It is a time-wait; or, when the peer's ACK came in the middle of close(), a whole socket with a timer (of kind 2 there;
    net/ipv4/tcp_input.c, tcp_rcv_state_process).
    """
    ending = f":{client.getsockname()[1]:04X}"

    def kept():
        with host.inside():
            kinds = [fields[5][:2] for fields in tcp_table()
                     if ending in (fields[1][-5:], fields[2][-5:]) and int(fields[3], 16) == STATES["FIN_WAIT2"]]
        return {"03": "TIME_WAIT", "02": "FIN_WAIT2"}.get(kinds[0]) if kinds else None

    return until(kept, "the closed connection waits for the peer")


def wait_gone(host, client):
    """Returns when the host has nothing left of this client's connection, not even a time-wait."""
    port = (client if isinstance(client, tuple) else client.getsockname())[1]
    until(lambda: not states(host, port), "the connection is forgotten")


def states(host, port):
    """The states of the host's sockets that have the port at either end."""
    ending = f":{port:04X}"
    with host.inside():
        return [int(state, 16) for _, here, there, state, *_ in tcp_table() if ending in (here[-5:], there[-5:])]


def tcp_table():
    rows = []
    for name in ("tcp", "tcp6"):
        with open(f"/proc/thread-self/net/{name}") as table:
            next(table)
            rows += [line.split() for line in table]
    return rows
