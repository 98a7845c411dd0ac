#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds tcphash.ko for the running kernel, loads it and asks it about real sockets. Root, in the lab:

    npm run lab -- bookworm -- python3 test/lab/kmod.py [MODULE.ko]

Two network namespaces joined by a veth pair hold all the sockets. Prints TAP; exits 1 when a check failed.
"""
import contextlib
import ctypes
import errno
import os
import pathlib
import shutil
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time

DEVICE = "/dev/tcphash"
CLIENT4, SERVER4, SILENT4 = "192.0.2.1", "192.0.2.2", "192.0.2.77"
CLIENT6, SERVER6 = "2001:db8::1", "2001:db8::2"
CLONE_NEWNET = 0x40000000
SO_COOKIE, SO_ATTACH_REUSEPORT_CBPF = 57, 51
DEADLINE_S = 60

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


def listen(netns, address, backlog=16, family=None, options=()):
    with netns.inside():
        sock = socket.socket(family or (socket.AF_INET6 if ":" in address else socket.AF_INET))
    for option in options:
        sock.setsockopt(*option)
    sock.bind((address, 0))
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


# Checks

def check_established(session, client, server, kind, address, family):
    listener = listen(server, "::" if family == 6 else SERVER4,
                      options=[(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)] if family == 6 else [])
    near = connect(client, (address, listener.getsockname()[1]))
    far, _ = listener.accept()
    near_end, far_end = near.getsockname()[:2], near.getpeername()[:2]
    near_line = lookup_text(far_end, near_end, netns=client.inode, id="near.1")
    far_line = lookup_text(near_end, far_end, netns=server.inode)

    far_answer = session.ask(far_line)
    has(f"{kind}: the accepted socket", far_answer, status="ok", found="established", state="ESTABLISHED",
        netns=server.inode, cookie=cookie(far), inode=os.fstat(far.fileno()).st_ino, uid=0, family=family,
        ifindex=0, rmem=0)
    check(f"{kind}: its keys, in order", far_answer["keys"] ==
          "at netns found state family cookie inode uid ifindex snd_una snd_nxt write_seq rcv_nxt rcv_wnd "
          "copied_seq rmem bucket chain", far_answer["keys"])
    check(f"{kind}: at is CLOCK_BOOTTIME", 0 <= time.clock_gettime_ns(time.CLOCK_BOOTTIME) - int(far_answer["at"]) < 60e9)
    check(f"{kind}: it is in its own chain", int(far_answer["chain"]) >= 1)
    has(f"{kind}: the connecting socket", session.ask(near_line), found="established", id="near.1",
        cookie=cookie(near), inode=os.fstat(near.fileno()).st_ino, netns=client.inode)

    near.sendall(b"x" * 1000)
    until(lambda: session.ask(far_line)["rmem"] == "1000")
    far_answer = session.ask(far_line)
    has(f"{kind}: unread bytes are rmem", far_answer, rmem=1000,
        rcv_nxt=(int(far_answer["copied_seq"]) + 1000) % 2**32)
    until(lambda: session.ask(near_line)["snd_una"] == far_answer["rcv_nxt"])
    has(f"{kind}: both ends agree on sequence numbers", session.ask(near_line), snd_una=far_answer["rcv_nxt"],
        snd_nxt=far_answer["rcv_nxt"], write_seq=far_answer["rcv_nxt"], rcv_nxt=far_answer["snd_nxt"])
    far.recv(1000)
    has(f"{kind}: read, rmem is 0", session.ask(far_line), rmem=0, copied_seq=far_answer["rcv_nxt"])

    with client.inside():
        has(f"{kind}: without netns, the writer's own", session.ask(lookup_text(far_end, near_end)),
            found="established", netns=client.inode, cookie=cookie(near))
        has(f"{kind}: netns=0 is the same", session.ask(lookup_text(far_end, near_end, netns=0)),
            found="established", netns=client.inode)
    has(f"{kind}: the other way round it is not the client's",
        session.ask(lookup_text(near_end, far_end, netns=client.inode)), found="none")
    far.close()
    until(lambda: session.ask(near_line)["state"] == "CLOSE_WAIT")
    has(f"{kind}: peer closed", session.ask(near_line), found="established", state="CLOSE_WAIT")
    near.close()
    listener.close()


def check_timewait(session, client, server):
    listener = listen(server, SERVER4)
    near = connect(client, listener.getsockname())
    far, _ = listener.accept()
    line = lookup_text(near.getpeername(), near.getsockname(), netns=client.inode)
    far_line = lookup_text(near.getsockname(), near.getpeername(), netns=server.inode)
    near_cookie = cookie(near)
    near.close()
    check("FIN_WAIT2 becomes a mini-socket", until(lambda: session.ask(line)["found"] == "timewait"), session.ask(line))
    answer, far_answer = session.ask(line), session.ask(far_line)
    has("FIN_WAIT2 mini-socket", answer, state="TIME_WAIT", substate="FIN_WAIT2", cookie=near_cookie, family=4,
        snd_nxt=far_answer["rcv_nxt"], rcv_nxt=far_answer["snd_nxt"])
    check("its keys, in order", answer["keys"] ==
          "at netns found state substate family cookie ifindex snd_nxt rcv_nxt ttl_ms bucket chain", answer["keys"])
    check("it has a time to live", 0 < int(answer["ttl_ms"]) <= 60000, answer)
    has("its peer", far_answer, found="established", state="CLOSE_WAIT")
    far.close()
    check("TIME_WAIT follows", until(lambda: session.ask(line).get("substate") == "TIME_WAIT"), session.ask(line))
    has("TIME_WAIT mini-socket", session.ask(line), found="timewait", state="TIME_WAIT", cookie=near_cookie)
    check("the closed peer is gone", until(lambda: session.ask(far_line)["found"] == "listener"), session.ask(far_line))
    listener.close()
    has("and without the listener nothing", session.ask(far_line), found="none")


def check_request(session, client, server):
    listener = listen(server, SERVER4)
    source, destination = (SILENT4, 40000), listener.getsockname()
    line = lookup_text(source, destination, netns=server.inode)
    send_syn(client, source, destination, 1000)
    check("a SYN makes a request", until(lambda: session.ask(line)["found"] == "request"), session.ask(line))
    answer = session.ask(line)
    has("request mini-socket", answer, state="NEW_SYN_RECV", family=4, rcv_isn=1000, rcv_nxt=1001, netns=server.inode)
    check("its keys, in order", answer["keys"] == "at netns found state family cookie ifindex retransmits rcv_isn "
          "snt_isn rcv_nxt bucket chain", answer["keys"])
    has("its cookie stays", session.ask(line), cookie=answer["cookie"])
    check("the SYN-ACK is sent again", until(lambda: session.ask(line).get("retransmits") not in (None, "0")))
    listener.close()


def check_syn_sent(session, client):
    with client.inside():
        sock = socket.socket()
    sock.setblocking(False)
    sock.connect_ex((SILENT4, 9))
    line = lookup_text((SILENT4, 9), sock.getsockname(), netns=client.inode)
    answer = session.ask(line)
    has("SYN_SENT", answer, found="established", state="SYN_SENT", cookie=cookie(sock),
        snd_nxt=(int(answer.get("snd_una", 0)) + 1) % 2**32)
    sock.close()


def check_listener(session, client, server):
    listener = listen(server, SERVER4, backlog=1)
    port = listener.getsockname()[1]
    line = lookup_text((CLIENT4, 1), (SERVER4, port), netns=server.inode)
    answer = session.ask(line)
    has("listener", answer, found="listener", state="LISTEN", family=4, backlog=0, limit=1, uid=0, ifindex=0,
        cookie=cookie(listener), inode=os.fstat(listener.fileno()).st_ino)
    check("its keys, in order", answer["keys"] ==
          "at netns found state family cookie inode uid ifindex backlog limit bucket chain", answer["keys"])
    waiting = [connect(client, (SERVER4, port)) for _ in range(2)]
    check("backlog counts who waits", until(lambda: session.ask(line)["backlog"] == "2"), session.ask(line))
    for sock in [*waiting, listener]:
        sock.close()

    dual = listen(server, "::", options=[(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)])
    port = dual.getsockname()[1]
    for family, peer, local in (4, CLIENT4, SERVER4), (6, CLIENT6, SERVER6):
        has(f"an IPv6 listener takes family={family}",
            session.ask(lookup_text((peer, 1), (local, port), netns=server.inode)),
            found="listener", family=6, cookie=cookie(dual))
    dual.close()


def check_reuseport(session, server):
    """With a program on the group: there is no packet to run it on."""
    share = (socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    first = listen(server, SERVER4, options=[share])
    with server.inside():
        second = socket.socket()
    second.setsockopt(*share)
    second.bind(first.getsockname())
    second.listen()
    instructions = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 1))  # BPF_RET | BPF_K, 1
    second.setsockopt(socket.SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF,
                      struct.pack("HxxxxxxP", 1, ctypes.addressof(instructions)))
    line = lookup_text((CLIENT4, 1), first.getsockname(), netns=server.inode)
    cookies = {session.ask(line.replace("sport=1", f"sport={port}"))["cookie"] for port in range(1, 65)}
    check("reuseport group with a program", cookies == {cookie(first), cookie(second)}, cookies)
    first.close()
    second.close()


def bpf(command, attributes):
    """The bpf system call of x86-64; None where this machine is another."""
    buffer = ctypes.create_string_buffer(attributes + bytes(128 - len(attributes)))
    return call("syscall", 321, command, buffer, ctypes.c_uint(128))


def sk_lookup_attach(netns, verdict):
    """BPF_PROG_LOAD of "return verdict", then BPF_LINK_CREATE."""
    code = ctypes.create_string_buffer(struct.pack("<BBhi", 0xb7, 0, 0, verdict) + struct.pack("<BBhi", 0x95, 0, 0, 0))
    licence = ctypes.create_string_buffer(b"GPL")
    program = bpf(5, struct.pack("<IIQQIIQII16sII", 30, 2, ctypes.addressof(code), ctypes.addressof(licence),
                                 0, 0, 0, 0, 0, b"tcphash", 0, 36))
    return program, bpf(28, struct.pack("<IIII", program, netns.fd, 36, 0))


def check_sk_lookup(session, server):
    if os.uname().machine != "x86_64":
        return check("sk_lookup programs # SKIP system call number not known", True)
    listener = listen(server, SERVER4)
    line = lookup_text((CLIENT4, 1), listener.getsockname(), netns=server.inode)
    for verdict, found in (1, "listener"), (0, "none"):
        fds = sk_lookup_attach(server, verdict)
        has(f"sk_lookup program that returns {verdict}", session.ask(line), status="ok", found=found)
        for fd in reversed(fds):
            os.close(fd)
    until(lambda: session.ask(line)["found"] == "listener")
    has("sk_lookup program gone", session.ask(line), found="listener")
    listener.close()


def check_none(session, client):
    answer = session.ask(lookup_text((SERVER4, 1), (CLIENT4, 1), netns=client.inode, id="a_Z.9:-"))
    has("none", answer, status="ok", found="none", id="a_Z.9:-", netns=client.inode)
    check("its keys, in order", answer["keys"] == "id at netns found bucket chain", answer["keys"])
    again = session.ask(lookup_text((SERVER4, 1), (CLIENT4, 1), netns=client.inode))
    has("the same tuple has the same bucket", again, bucket=answer["bucket"])
    buckets = {session.ask(lookup_text((SERVER4, port), (CLIENT4, 1), netns=client.inode))["bucket"] for port in range(64)}
    check("other tuples have other buckets", len(buckets) > 32, buckets)


def check_device(session, client, server):
    listener = listen(server, SERVER4)
    near = connect(client, listener.getsockname(), device=b"c0")
    with client.inside():
        index = socket.if_nametoindex("c0")
    peer, local = near.getpeername(), near.getsockname()
    for name, extra, expected in (
        ("dif", {"dif": index}, {"found": "established", "ifindex": index}),
        ("sdif", {"dif": 1, "sdif": index}, {"found": "established", "ifindex": index}),
        ("no dif", {}, {"found": "none"}),
        ("another dif", {"dif": index + 1}, {"found": "none"}),
    ):
        has(f"a socket bound to an interface, {name}",
            session.ask(lookup_text(peer, local, netns=client.inode, **extra)), **expected)
    near.close()
    listener.close()


GOOD = "lookup family=4 saddr=192.0.2.1 sport=1 daddr=192.0.2.2 dport=2"
GOOD6 = "lookup family=6 saddr=2001:db8::1 sport=1 daddr=2001:db8::2 dport=2"
MALFORMED = [  # line, column, what
    ("", 1, "empty request"),
    ("   ", 4, "empty request"),
    ("dump", 1, "unknown request"),
    ("Lookup family=4", 1, "unknown request"),
    ("versions", 1, "unknown request"),
    ("version family=4", 9, "unknown key"),
    ("lookup", 7, "missing key family"),
    ("lookup family=4", 16, "missing key saddr"),
    (GOOD[:-8], len(GOOD) - 7, "missing key dport"),
    (GOOD + " colour=red", len(GOOD) + 2, "unknown key"),
    (GOOD + " =1", len(GOOD) + 2, "unknown key"),
    (GOOD + " netns", len(GOOD) + 2, "not key=value"),
    (GOOD + " dport=2", len(GOOD) + 2, "key given twice"),
    (GOOD + " netns=", len(GOOD) + 8, "bad number"),
    (GOOD + " netns=-1", len(GOOD) + 8, "bad number"),
    (GOOD + " netns=+1", len(GOOD) + 8, "bad number"),
    (GOOD + " netns=0x10", len(GOOD) + 9, "bad number"),
    (GOOD + " netns=4294967296", len(GOOD) + 8, "number too large"),
    (GOOD + " netns=99999999999999999999999999", len(GOOD) + 8, "number too large"),
    (GOOD + " dif=2147483648", len(GOOD) + 6, "number too large"),
    (GOOD + " sdif=a", len(GOOD) + 7, "bad number"),
    (GOOD + " id=", len(GOOD) + 5, "id is 1 to 32 characters"),
    (GOOD + " id=" + "x" * 33, len(GOOD) + 5, "id is 1 to 32 characters"),
    (GOOD + " id=a/b", len(GOOD) + 6, "bad character in id"),
    (GOOD.replace("sport=1", "sport=65536"), 39, "number too large"),
    (GOOD.replace("sport=1", "sport=1x"), 40, "bad number"),
    (GOOD.replace("family=4", "family=5"), 15, "family is 4 or 6"),
    (GOOD.replace("family=4", "family=inet"), 15, "family is 4 or 6"),
    (GOOD.replace("192.0.2.1", "192.0.2"), 23, "bad address"),
    (GOOD.replace("192.0.2.1", "192.0.2.256"), 23, "bad address"),
    (GOOD.replace("192.0.2.1", "192.0.2.1x"), 23, "bad address"),
    (GOOD.replace("192.0.2.1", "192.0.2.1.1"), 23, "bad address"),
    (GOOD.replace("192.0.2.1", "localhost"), 23, "bad address"),
    (GOOD.replace("192.0.2.1", ""), 23, "bad address"),
    (GOOD.replace("192.0.2.1", "2001:db8::1"), 23, "IPv6 address, but family=4"),
    (GOOD.replace("family=4", "family=6"), 23, "not an IPv6 address, but family=6"),
    (GOOD6.replace("2001:db8::1", "2001:db8::1::2"), 23, "bad address"),
    (GOOD6.replace("2001:db8::1", "2001:db8"), 23, "bad address"),
    (GOOD6.replace("2001:db8::1", "2001:db8::12345"), 23, "bad address"),
    (GOOD6.replace("2001:db8::1", "fe80::1%lo"), 23, "bad address"),
    (GOOD6.replace("2001:db8::1", ""), 23, "bad address"),
    (GOOD6.replace("2001:db8::1", "::ffff:192.0.2.1"), 23, "v4-mapped address: ask with family=4"),
    (GOOD.replace(" sport", "\tsport"), 32, "not printable ASCII"),
    (GOOD + "\r", len(GOOD) + 1, "not printable ASCII"),
    (GOOD + "\0", len(GOOD) + 1, "not printable ASCII"),
    (GOOD + " id=\xe9", len(GOOD) + 5, "not printable ASCII"),
]


def check_errors(session):
    for line, column, what in MALFORMED:
        has(f"malformed {line!r}", session.ask(line), status="error", code="EINVAL", column=column, what=what)
    has("an error has the id too", session.ask("lookup colour=red id=me family=4"), status="error", id="me", column=8)
    check("an id that is no id is not given back", "id" not in session.ask("lookup id=a\x1bb"))
    has("no such netns", session.ask(GOOD + " netns=1 id=n"), status="error", id="n", code="ENOENT",
        column=len(GOOD) + 8, what="no such netns")
    has("a line of 256 bytes", session.ask(GOOD + " " * (256 - len(GOOD))), status="ok")
    for length in 257, 300, 100_000:
        has(f"a line of {length} bytes", session.ask("x" * length), status="error", code="EMSGSIZE", column=257,
            what="line too long")
    has("many spaces are one", session.ask("  version   id=v  "), status="ok", id="v", version="0.1.0", protocol=1)


def check_session(session):
    check("version", session.lines("version\n") == ["ok version=0.1.0 protocol=1"])
    check("nothing asked, nothing to read", session.read() == "")
    answers = session.lines("".join(f"version id={n}\n" for n in range(100)))
    check("100 lines in one write, answers in order", answers == [f"ok id={n} version=0.1.0 protocol=1" for n in range(100)])
    for part in "ver", "sion", " id=", "joined":
        session.write(part)
        assert session.read() == ""
    check("a line in five writes", session.lines("\n") == ["ok id=joined version=0.1.0 protocol=1"])
    check("a line and a half", session.lines("version\nvers") == ["ok version=0.1.0 protocol=1"])
    check("and the other half", session.lines("ion id=half\n") == ["ok id=half version=0.1.0 protocol=1"])
    session.write("version\n")
    check("read byte by byte", "".join(iter(lambda: session.read(1), "")) == "ok version=0.1.0 protocol=1\n")

    requests = "".join(f"version id={n}\n" for n in range(4000))
    written = session.write(requests)
    check("a full buffer ends the write after a whole line",
          0 < written < len(requests) and requests[written - 1] == "\n", written)
    check("more than 60000 bytes of answers fit", written > 0)
    fails("and the next fails with ENOSPC", errno.ENOSPC, lambda: session.write(requests[written:]))
    session.write("ver")
    fails("so does the end of a line", errno.ENOSPC, lambda: session.write("sion id=end\n"))
    answers = session.read().splitlines()
    count = requests[:written].count("\n")
    check("every line taken is answered", [a.split()[1] for a in answers] == [f"id={n}" for n in range(count)], len(answers))
    check("the part taken before is kept, the part refused is not",
          session.lines("sion id=again\n") == ["ok id=again version=0.1.0 protocol=1"])
    rest = requests[written:]
    got = []
    while rest:
        rest = rest[session.write(rest):]
        got += session.read(700).splitlines(keepends=True)
    got += session.read().splitlines(keepends=True)
    ids = "".join(got).splitlines()
    check("the rest, reading a little at a time", len(ids) == 4000 - count and ids[-1].startswith("ok id=3999 "), len(ids))

    other = Session()
    other.write("version id=other\n")
    session.write("version id=mine\n")
    check("each open file has its own answers", "id=mine" in session.read() and "id=other" in other.read())
    other.close()
    fails("no seeking", errno.ESPIPE, lambda: os.lseek(session.fd, 0, os.SEEK_SET))
    fails("no pread", errno.ESPIPE, lambda: os.pread(session.fd, 10, 0))
    fails("no pwrite", errno.ESPIPE, lambda: os.pwrite(session.fd, b"version\n", 0))
    os.set_blocking(session.fd, False)
    check("O_NONBLOCK changes nothing", session.read() == "" and session.lines("version\n") != [])
    os.set_blocking(session.fd, True)
    bad = libc.write(session.fd, ctypes.c_void_p(8), ctypes.c_size_t(10))
    check("a bad address is EFAULT", bad == -1 and ctypes.get_errno() == errno.EFAULT)
    has("and leaves no trace", session.ask("version"), status="ok")


def check_shell():
    script = f'exec 3<>{DEVICE}; echo "version id=sh" >&3; read -r line <&3; echo "$line"; ' \
             f'echo "{GOOD}" >&3; read -r line <&3; echo "$line"'
    for shell in "bash", "dash":
        if not shutil.which(shell):
            check(f"a {shell} session # SKIP not here", True)
            continue
        ran = subprocess.run([shell, "-c", script], capture_output=True, text=True)
        lines = ran.stdout.splitlines()
        check(f"a {shell} session", len(lines) == 2 and lines[0] == "ok id=sh version=0.1.0 protocol=1"
              and " found=none " in lines[1], ran)


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


def check_rights(session):
    mode = os.stat(DEVICE).st_mode
    check("the device is 0600", stat.S_ISCHR(mode) and stat.S_IMODE(mode) == 0o600, oct(mode))

    def errno_of_open():
        try:
            os.open(DEVICE, os.O_RDWR)
        except OSError as error:
            return error.errno

    def without_capabilities():
        header, data = struct.pack("Ii", 0x20080522, 0), bytes(24)
        call("syscall", 126, header, data)  # capset, x86-64
        return errno_of_open() == errno.EPERM

    def as_nobody():
        os.setuid(65534)
        return errno_of_open() == errno.EACCES

    def inherited():
        os.setuid(65534)
        answer = session.ask(GOOD + " id=x")
        return answer["status"] == "error" and answer["code"] == "EPERM" and answer["id"] == "x"

    check("nobody cannot open it", in_child(as_nobody))
    if os.uname().machine == "x86_64":
        check("nor can root without CAP_NET_ADMIN", in_child(without_capabilities))
    check("and a file that was inherited looks nowhere", in_child(inherited))


def check_concurrent(client, server):
    """Four askers over one tuple each while its sockets come and go."""
    listener = listen(server, SERVER4, backlog=64)
    port = listener.getsockname()[1]
    stop_read, stop_write = os.pipe()

    def churn():
        os.close(stop_write)
        os.set_blocking(stop_read, False)
        while True:
            with contextlib.suppress(BlockingIOError):
                if os.read(stop_read, 1) == b"":
                    return True
            with client.inside():
                sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.bind((CLIENT4, 41000))
            with contextlib.suppress(OSError):
                sock.connect((SERVER4, port))
                listener.accept()[0].close()
            sock.close()

    def askers(n):
        os.close(stop_write)
        own, seen = Session(), set()
        batch = "".join(lookup_text((CLIENT4, 41000), (SERVER4, port), netns=server.inode, id=f"{n}.{i}") + "\n"
                        for i in range(20))
        for _ in range(50):
            answers = [parse(line) for line in own.lines(batch)]
            if [a["id"] for a in answers] != [f"{n}.{i}" for i in range(20)] or {a["status"] for a in answers} != {"ok"}:
                return False
            seen |= {a["found"] for a in answers}
        return len(seen) > 1 and seen <= {"established", "timewait", "request", "listener"}

    pids = []
    for action in (churn, *(lambda n=n: askers(n) for n in range(4))):
        pid = os.fork()
        if pid == 0:
            good = False
            try:
                good = action()
            finally:
                os._exit(0 if good else 1)
        pids.append(pid)
    good = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids[1:]]
    os.close(stop_write)
    os.close(stop_read)
    good.append(os.waitstatus_to_exitcode(os.waitpid(pids[0], 0)[1]))
    check("four askers, 4000 look-ups, sockets coming and going", good == [0] * 5, good)
    listener.close()


def check_gone(session, client, server):
    """A look-up that kept a socket or a netns would keep the veth pair too."""
    line = GOOD + f" netns={client.inode}"
    has("the client's netns is there", session.ask(line), status="ok")
    os.close(client.fd)
    check("closed, it is gone at once", until(lambda: session.ask(line).get("code") == "ENOENT"), session.ask(line))
    with server.inside():
        check("with all it held", until(lambda: "s0" not in [name for _, name in socket.if_nameindex()]))
    os.close(server.fd)


def check_unload(session):
    fails_to_unload = subprocess.run(["rmmod", "tcphash"], capture_output=True, text=True)
    check("an open file keeps the module", fails_to_unload.returncode != 0 and os.path.exists(DEVICE), fails_to_unload)
    session.close()
    for turn in "unloads", "loads and unloads again":
        done = subprocess.run(["rmmod", "tcphash"], capture_output=True, text=True)
        check(turn, done.returncode == 0 and not os.path.exists("/sys/module/tcphash"), done)
        if turn == "unloads":
            subprocess.run(["insmod", module], check=True)


def build():
    directory = tempfile.mkdtemp(prefix="tcphash.")
    source = pathlib.Path(__file__).resolve().parents[2] / "kmod"
    shutil.copytree(source, f"{directory}/kmod")
    made = subprocess.run(["make", "-C", f"{directory}/kmod"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    check(f"builds for {os.uname().release}", made.returncode == 0, made.stdout)
    check("without a warning", "warning:" not in made.stdout, made.stdout)
    if made.returncode:
        sys.exit(1)
    return f"{directory}/kmod/tcphash.ko"


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


module = sys.argv[1] if len(sys.argv) > 1 else build()
before = len(kernel_log())
subprocess.run(["insmod", module], check=True)
session = Session()
client, server = netns_pair()
check_session(session)
check_errors(session)
check_shell()
check_rights(session)
check_established(session, client, server, "IPv4", SERVER4, 4)
check_established(session, client, server, "IPv6", SERVER6, 6)
check_established(session, client, server, "v4-mapped", SERVER4, 6)
check_timewait(session, client, server)
check_request(session, client, server)
check_syn_sent(session, client)
check_listener(session, client, server)
check_reuseport(session, server)
check_sk_lookup(session, server)
check_none(session, client)
check_device(session, client, server)
check_concurrent(client, server)
check_gone(session, client, server)
check_unload(session)
trouble = [line for line in kernel_log()[before:]
           if any(word in line for word in ("WARNING", "BUG", "Oops", "Call Trace", "leak", "refcount", "suspicious RCU"))]
check("the kernel complained of nothing", not trouble, "".join(trouble))
print(f"1..{number}", flush=True)
sys.exit(1 if failures else 0)
