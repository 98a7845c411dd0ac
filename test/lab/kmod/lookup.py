# SPDX-License-Identifier: MIT
"""Answers about real sockets of every kind."""
import contextlib
import ctypes
import os
import socket
import struct
import time

from kmod.device import (CLIENT4, CLIENT6, SERVER4, SERVER6, SILENT4, SO_ATTACH_REUSEPORT_CBPF, call, check, cookie,
                         half_close, has, lookup_text, tap)
from net.host import send
from net.packets import Segment
from net.waits import comes


def check_established(session, client, server, kind, address, family):
    listener = server.listen(kind=family, address="::" if family == 6 else SERVER4,
                      options=[(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)] if family == 6 else [])
    near = client.connect((address, listener.getsockname()[1]))
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
    comes(lambda: session.ask(far_line)["rmem"] == "1000")
    far_answer = session.ask(far_line)
    has(f"{kind}: unread bytes are rmem", far_answer, rmem=1000,
        rcv_nxt=(int(far_answer["copied_seq"]) + 1000) % 2**32)
    comes(lambda: session.ask(near_line)["snd_una"] == far_answer["rcv_nxt"])
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
    comes(lambda: session.ask(near_line)["state"] == "CLOSE_WAIT")
    has(f"{kind}: peer closed", session.ask(near_line), found="established", state="CLOSE_WAIT")
    near.close()
    listener.close()


def check_orphan(session, client, server):
    """Its peer reads nothing, so that some of what it sent stays."""
    listener = server.listen(options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)])
    near = client.connect(listener.getsockname())
    far, _ = listener.accept()
    line = lookup_text(near.getpeername(), near.getsockname(), netns=client.inode)
    near.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            near.send(bytes(65536))
    near.close()
    has("closed with bytes unsent, it has no inode", session.ask(line), found="established", state="FIN_WAIT1", inode=0,
        uid=0)
    far.close()
    listener.close()


def check_timewait(session, client, server):
    listener = server.listen()
    near = client.connect(listener.getsockname())
    far, _ = listener.accept()
    line = lookup_text(near.getpeername(), near.getsockname(), netns=client.inode)
    far_line = lookup_text(near.getsockname(), near.getpeername(), netns=server.inode)
    near_cookie = cookie(near)
    check("FIN_WAIT2 becomes a mini-socket", half_close(session, near, line), session.ask(line))
    answer, far_answer = session.ask(line), session.ask(far_line)
    has("FIN_WAIT2 mini-socket", answer, state="TIME_WAIT", substate="FIN_WAIT2", cookie=near_cookie, family=4,
        snd_nxt=far_answer["rcv_nxt"], rcv_nxt=far_answer["snd_nxt"])
    check("its keys, in order", answer["keys"] ==
          "at netns found state substate family cookie ifindex snd_nxt rcv_nxt ttl_ms bucket chain", answer["keys"])
    check("it has a time to live", 0 < int(answer["ttl_ms"]) <= 60000, answer)
    has("its peer", far_answer, found="established", state="CLOSE_WAIT")
    far.close()
    check("TIME_WAIT follows", comes(lambda: session.ask(line).get("substate") == "TIME_WAIT"), session.ask(line))
    has("TIME_WAIT mini-socket", session.ask(line), found="timewait", state="TIME_WAIT", cookie=near_cookie)
    check("the closed peer is gone", comes(lambda: session.ask(far_line)["found"] == "listener"), session.ask(far_line))
    listener.close()
    has("and without the listener nothing", session.ask(far_line), found="none")


def check_request(session, client, server):
    listener = server.listen()
    source, destination = (SILENT4, 40000), listener.getsockname()
    line = lookup_text(source, destination, netns=server.inode)
    send(client, server, Segment(source, destination, "S", 1000))
    check("a SYN makes a request", comes(lambda: session.ask(line)["found"] == "request"), session.ask(line))
    answer = session.ask(line)
    has("request mini-socket", answer, state="NEW_SYN_RECV", family=4, rcv_isn=1000, rcv_nxt=1001, netns=server.inode)
    check("its keys, in order", answer["keys"] == "at netns found state family cookie ifindex retransmits rcv_isn "
          "snt_isn rcv_nxt bucket chain", answer["keys"])
    has("its cookie stays", session.ask(line), cookie=answer["cookie"])
    check("the SYN-ACK is sent again", comes(lambda: session.ask(line).get("retransmits") not in (None, "0")))
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
    listener = server.listen(backlog=1)
    port = listener.getsockname()[1]
    line = lookup_text((CLIENT4, 1), (SERVER4, port), netns=server.inode)
    answer = session.ask(line)
    has("listener", answer, found="listener", state="LISTEN", family=4, backlog=0, limit=1, uid=0, ifindex=0,
        cookie=cookie(listener), inode=os.fstat(listener.fileno()).st_ino)
    check("its keys, in order", answer["keys"] ==
          "at netns found state family cookie inode uid ifindex backlog limit bucket chain reuseport", answer["keys"])
    has("it shares its port with none", answer, reuseport=0)
    waiting = [client.connect((SERVER4, port)) for _ in range(2)]
    check("backlog counts who waits", comes(lambda: session.ask(line)["backlog"] == "2"), session.ask(line))
    for sock in [*waiting, listener]:
        sock.close()

    dual = server.listen(kind=6, address="::", options=[(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)])
    port = dual.getsockname()[1]
    for family, peer, local in (4, CLIENT4, SERVER4), (6, CLIENT6, SERVER6):
        has(f"an IPv6 listener takes family={family}",
            session.ask(lookup_text((peer, 1), (local, port), netns=server.inode)),
            found="listener", family=6, cookie=cookie(dual))
    dual.close()


def check_reuseport(session, server):
    """With a program on the group: there is no packet to run it on."""
    share = (socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    first = server.listen(options=[share])
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
    has("a listener that may share its port", session.ask(line), found="listener", reuseport=1)
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
    return program, bpf(28, struct.pack("<IIII", program, netns.descriptor, 36, 0))


def check_sk_lookup(session, server):
    if os.uname().machine != "x86_64":
        return tap.skip("sk_lookup programs", "system call number not known")
    listener = server.listen()
    line = lookup_text((CLIENT4, 1), listener.getsockname(), netns=server.inode, near=1)
    for verdict, found, near, hidden in (1, "listener", "none", None), (0, "none", "hidden", 1):
        fds = sk_lookup_attach(server, verdict)
        answer = session.ask(line)
        has(f"sk_lookup program that returns {verdict}", answer, status="ok", found=found, near=near)
        check(f"sk_lookup program that returns {verdict}: is a listener hidden?", answer.get("hidden") ==
              (hidden and str(hidden)), answer)
        for fd in reversed(fds):
            os.close(fd)
    comes(lambda: session.ask(line)["found"] == "listener")
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
    listener = server.listen()
    near = client.connect(listener.getsockname(), [(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"to-server")])
    with client.inside():
        index = socket.if_nametoindex("to-server")
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
