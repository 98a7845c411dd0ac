# SPDX-License-Identifier: MIT
"""The device, how its answers are checked, and what else all the checks use."""
import ctypes
import os
import socket
import struct

from net.sockets import LIBC
from net.tap import Tap
from net.waits import comes

DEVICE = "/dev/tcphash"
# As join() of net/host.py gives them, and a peer on the same wire that never answers.
CLIENT4, SERVER4, SILENT4 = "192.0.2.1", "192.0.2.2", "192.0.2.77"
CLIENT6, SERVER6 = "2001:db8:1::1", "2001:db8:1::2"
SO_COOKIE, SO_ATTACH_REUSEPORT_CBPF = 57, 51
GOOD = "lookup family=4 saddr=192.0.2.1 sport=1 daddr=192.0.2.2 dport=2"
GOOD6 = "lookup family=6 saddr=2001:db8::1 sport=1 daddr=2001:db8::2 dport=2"

tap = Tap()


def check(name, good, detail=""):
    tap.result(name, [] if good else [str(detail) or "it does not hold"])


def has(name, answer, **expected):
    """The answer has these keys with these values."""
    wrong = {key: answer.get(key) for key, value in expected.items() if answer.get(key) != str(value)}
    check(name, not wrong, f"{wrong} in {answer}")


def fails(name, number, action):
    try:
        action()
    except OSError as error:
        return check(name, error.errno == number, error)
    check(name, False, "no error")


class Session:
    def __init__(self):
        self.fd = os.open(DEVICE, os.O_RDWR)

    def write(self, text):
        return os.write(self.fd, text.encode("latin-1"))

    def read(self, size=1 << 17):
        return os.read(self.fd, size).decode()

    def lines(self, text):
        written = self.write(text)
        assert written == len(text), f"short write {written} of {len(text)}"
        return self.read().splitlines()

    def ask(self, line):
        answers = self.lines(line + "\n")
        assert len(answers) == 1, answers
        return parse(answers[0])

    def list(self, **pairs):
        """All slices of a listing, joined."""
        entries, place = [], {}
        while True:
            words = "".join(f" {key}={value}" for key, value in {**pairs, **place}.items())
            *lines, last = (parse(line) for line in self.lines(f"list{words}\n"))
            assert last["status"] == "ok" and len(lines) == int(last["listed"]), last
            entries += lines
            if last["done"] == "1":
                return entries
            place = {"from": last["next"], "skip": last["skip"]}

    def close(self):
        os.close(self.fd)


def parse(line):
    head, _, what = line.partition(" what=")
    status, *pairs = head.split(" ")
    answer = dict(pair.split("=", 1) for pair in pairs)
    answer["status"], answer["keys"] = status, " ".join(pair.split("=")[0] for pair in pairs)
    if what:
        answer["what"] = what
    return answer


def lookup_text(peer, local, **extra):
    family = 6 if ":" in peer[0] else 4
    pairs = "".join(f" {key}={value}" for key, value in extra.items())
    return (f"lookup family={family} saddr={peer[0]} sport={peer[1]} daddr={local[0]} dport={local[1]}{pairs}")


def call(name, *arguments):
    result = getattr(LIBC, name)(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")
    return result


def half_close(session, sock, line):
    """To a FIN_WAIT2 mini-socket. Closed at once it might stay a full one: an ACK that meets a socket in use by close()
    sets a timer instead (tcp_rcv_state_process(), net/ipv4/tcp_input.c)."""
    sock.shutdown(socket.SHUT_WR)
    comes(lambda: session.ask(line)["state"] == "FIN_WAIT2")
    sock.close()
    return comes(lambda: session.ask(line)["found"] == "timewait")


def cookie(sock):
    return f"{struct.unpack('Q', sock.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8))[0]:x}"


def start(action):
    """Runs it in a fork; gives its process id."""
    pid = os.fork()
    if pid == 0:
        good = False
        try:
            good = action()
        finally:
            os._exit(0 if good else 1)
    return pid


def ended_well(pid):
    """Waits for a fork; True when what it ran returned True."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def in_child(action):
    """Runs it in a fork, which can give its rights away; True when it returned True."""
    return ended_well(start(action))


def kernel_log():
    """All there is now; the last message's sequence number is where the next reading goes on."""
    fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
    messages = []
    while True:
        try:
            messages.append(os.read(fd, 8192).decode(errors="replace"))
        except BlockingIOError:
            break
        except BrokenPipeError:
            continue
    os.close(fd)
    return messages
