# SPDX-License-Identifier: MIT
"""TAP, the device, and sockets in two network namespaces: what all the checks use."""
import contextlib
import ctypes
import errno
import os
import socket
import struct
import subprocess
import time

DEVICE = "/dev/tcphash"
CLIENT4, SERVER4, SILENT4 = "192.0.2.1", "192.0.2.2", "192.0.2.77"
CLIENT6, SERVER6 = "2001:db8::1", "2001:db8::2"
CLONE_NEWNET = 0x40000000
SO_COOKIE, SO_ATTACH_REUSEPORT_CBPF = 57, 51
DEADLINE_S = 60
GOOD = "lookup family=4 saddr=192.0.2.1 sport=1 daddr=192.0.2.2 dport=2"
GOOD6 = "lookup family=6 saddr=2001:db8::1 sport=1 daddr=2001:db8::2 dport=2"

libc = ctypes.CDLL(None, use_errno=True)
number = failures = 0


# TAP

def check(name, good, detail=""):
    global number, failures
    number += 1
    failures += not good
    print(f"{'ok' if good else 'not ok'} {number} {name}", flush=True)
    if not good and detail != "":
        print("\n".join(f"# {line}" for line in str(detail).splitlines()), flush=True)


def has(name, answer, **expected):
    """The answer has these keys with these values."""
    wrong = {key: answer.get(key) for key, value in expected.items() if answer.get(key) != str(value)}
    check(name, not wrong, f"{wrong} in {answer}")


def fails(name, number_expected, action):
    try:
        action()
    except OSError as error:
        return check(name, error.errno == number_expected, error)
    check(name, False, "no error")


def until(condition):
    """There is no event for what softirq does to a socket; asking again is the readiness signal."""
    end = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > end:
            return False
        os.sched_yield()
    return True


# The device

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


# Namespaces and sockets

def call(name, *arguments):
    result = getattr(libc, name)(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")
    return result


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class Netns:
    def __init__(self):
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        call("unshare", CLONE_NEWNET)
        self.fd = os.open("/proc/self/ns/net", os.O_RDONLY)
        ip("link", "set", "lo", "up")
        call("setns", home, CLONE_NEWNET)
        os.close(home)
        self.inode = os.fstat(self.fd).st_ino

    @contextlib.contextmanager
    def inside(self):
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        call("setns", self.fd, CLONE_NEWNET)
        try:
            yield
        finally:
            call("setns", home, CLONE_NEWNET)
            os.close(home)

    def path(self):
        return f"/proc/{os.getpid()}/fd/{self.fd}"


def netns_pair():
    """client and server, and between them a peer that never answers, SILENT4."""
    client, server = Netns(), Netns()
    with client.inside():
        ip("link", "add", "c0", "type", "veth", "peer", "name", "s0", "netns", server.path())
    macs = {}
    for netns, device, *addresses in (client, "c0", CLIENT4 + "/24", CLIENT6 + "/64"), \
                                     (server, "s0", SERVER4 + "/24", SERVER6 + "/64"):
        with netns.inside():
            for address in addresses:
                ip("addr", "add", address, "dev", device, *(["nodad"] if ":" in address else []))
            ip("link", "set", device, "up")
            shown = subprocess.run(["ip", "-o", "link", "show", device], check=True, capture_output=True, text=True)
            macs[device] = shown.stdout.split("link/ether ")[1].split()[0]
    for netns, device, other in (client, "c0", "s0"), (server, "s0", "c0"):
        with netns.inside():
            ip("neigh", "replace", SILENT4, "lladdr", macs[other], "dev", device, "nud", "permanent")
    return client, server


def listen(netns, address, backlog=16, family=None, options=(), port=0):
    with netns.inside():
        sock = socket.socket(family or (socket.AF_INET6 if ":" in address else socket.AF_INET))
    for option in options:
        sock.setsockopt(*option)
    sock.bind((address, port))
    sock.listen(backlog)
    return sock


def connect(netns, address, bind=None, device=None):
    with netns.inside():
        sock = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    if device:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device)
    sock.settimeout(DEADLINE_S)
    sock.connect(address[:2])
    return sock


def half_close(session, sock, line):
    """To a FIN_WAIT2 mini-socket. Closed at once it might stay a full one: an ACK that meets a socket in use by close()
    sets a timer instead (tcp_rcv_state_process(), net/ipv4/tcp_input.c)."""
    sock.shutdown(socket.SHUT_WR)
    until(lambda: session.ask(line)["state"] == "FIN_WAIT2")
    sock.close()
    return until(lambda: session.ask(line)["found"] == "timewait")


def cookie(sock):
    return f"{struct.unpack('Q', sock.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8))[0]:x}"


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def send_syn(netns, source, destination, seq):
    """A SYN from an address nobody has: its SYN-ACK meets no socket and no RST."""
    addresses = socket.inet_aton(source[0]) + socket.inet_aton(destination[0])
    tcp = struct.pack("!HHIIBBHHH", source[1], destination[1], seq, 0, 5 << 4, 2, 64240, 0, 0)
    total = checksum(addresses + struct.pack("!HH", socket.IPPROTO_TCP, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack("!H", total) + tcp[18:]
    with netns.inside():
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.sendto(struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, 0, 64, socket.IPPROTO_TCP, 0) + addresses + tcp,
               (destination[0], 0))
    raw.close()


# Processes and the kernel log

def in_child(action):
    """Runs it in a fork, which can give its rights away; True when it returned True."""
    pid = os.fork()
    if pid == 0:
        good = False
        try:
            good = action()
        finally:
            os._exit(0 if good else 1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


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
