# SPDX-License-Identifier: MIT
"""Segments of known bytes, in both families: every number that a probe prints of them must be the one that was sent."""
from net.host import connection, send
from net.packets import Segment
from net.sockets import numbers
from net.waits import wait_acknowledged, wait_reset, wait_unread
from probes.watch import Watch

PORT, OPEN = 9001, 9002
FAMILIES = (4, 6)
SPORT = 40001

# Numbers at the edges of their types, a header with options, payload of odd length, each flag.
STRAY = {
    "a SYN with options": dict(flags="S", seq=0x80000001, window=65535, ttl=77, ip_id=0xfedc,
                               options=b"\x02\x04\x05\xb4\x01\x01\x01\x00"),
    "a SYN with data": dict(flags="S", seq=1, window=1, ttl=1, ip_id=1, payload=b"x" * 13),
    "an ACK of nothing": dict(flags="A", seq=0xffffffff, ack=0xfffffffe, window=0, ttl=255, ip_id=0x8000),
    "data, pushed, with FIN": dict(flags="APF", seq=0x7fffffff, ack=0x80000000, window=0x8001, ttl=128, ip_id=0x7fff,
                                   payload=b"y" * 1001, options=b"\x01" * 40),
    "a RST of nothing": dict(flags="R", seq=0xdeadbeef, window=0x1234, ttl=9, ip_id=99),
    "all flags but SYN and RST": dict(flags="FPAUEC", seq=3, ack=4, window=5, ttl=6, ip_id=7),
    "a SYN behind options of IP": dict(flags="S", seq=0x01020304, window=512, ttl=3, ip_id=0x1234, padded=True,
                                       payload=b"z" * 6, options=b"\x01" * 8),
}


def test(client, server, tap):
    strays = [(name, Segment((client.address(family), SPORT + number), (server.address(family), PORT), **stray))
              for family in FAMILIES for number, (name, stray) in enumerate(STRAY.items())]
    truths = [(name, truth_of(stray, server), expected(stray)) for name, stray in strays]
    with Watch("--netns", str(server.inode), "--packets") as watch:
        send(client, server, *[stray for _, stray in strays])
        opened = [(family, *obeyed(client, server, family)) for family in FAMILIES]
        every = truths + [("", truth, OBEYED) for _, truth, _ in opened]
        # What does not come is told below, of each.
        watch.comes(lambda: not any(lacking(watch, truth, kinds) for _, truth, kinds in every))
        faults = watch.end()
    tap.result("a trace of crafted segments", faults + (["lines were lost"] if watch.losses() else []))
    for name, truth, kinds in truths:
        tap.result(f"{name}, in IPv{truth['tuple']['family']}", compare(watch, truth, kinds))
    for family, truth, sock in opened:
        faults = compare(watch, truth, OBEYED)
        told = [line["socket"] for line in watch.of("reset")
                if line["tuple"] == truth["tuple"] and line["fn"] == "tcp_reset"]
        faults += [f"the socket is {wrong}, and was {sock}" for wrong in told
                   if any(wrong.get(key) != sock[key] for key in sock)]
        tap.result(f"a RST that is obeyed, in IPv{family}", faults)


def truth_of(segment, host):
    """What a trace must say of a segment when it arrives at a host."""
    (saddr, sport), (daddr, dport) = segment.source, segment.destination
    family = 6 if ":" in saddr else 4
    return {"tuple": {"family": family, "saddr": saddr, "sport": sport, "daddr": daddr, "dport": dport,
                      "netns": host.inode},
            "segment": {"flags": segment.bits(), "length": len(segment.payload), "ip_id": segment.ip_id * (family == 4),
                        **{name: getattr(segment, name) for name in ("seq", "ack", "window", "ttl")}}}


def expected(segment):
    """Kinds of lines that must tell of a stray segment: its steps, and an answer."""
    return {"call"} | (set() if "R" in segment.flags else {"reset"})


OBEYED = {"reset", "call"}


def obeyed(client, server, family):
    """An exact RST with odd numbers for a connection; the truth of its bytes and of the server's socket."""
    ours, theirs = connection(client, server, family, OPEN)
    theirs.send(b"five!")
    ours.recv(5)
    wait_acknowledged(theirs)
    ours.send(b"0123456789")
    wait_unread(theirs, 10)
    wait_acknowledged(ours)
    theirs.recv(4)
    seq, ack = numbers(ours)
    sent, received = numbers(theirs)
    rst = Segment(ours.getsockname()[:2], ours.getpeername()[:2], "RA", seq, ack, b"why" * 7, ttl=33, window=0x4321,
                  ip_id=0xabcd)
    send(client, server, rst)
    wait_reset(theirs)
    theirs.close()
    ours.close()
    return truth_of(rst, server), {"state": "ESTABLISHED", "snd_nxt": sent, "snd_una": sent, "rcv_nxt": received}


def lacking(watch, truth, kinds):
    return sorted(kinds - {line["kind"] for line in watch.observations if same(line, truth)})


def compare(watch, truth, kinds):
    """What is wrong with what was told of one segment, line by line."""
    # A RST's arrival has a line before Linux 6.11 alone.
    lines = [line for line in watch.observations if line["kind"] in kinds | {"packet"} and same(line, truth)]
    # The connection's own segments have its tuple too; the crafted one is told by its TTL.
    about = [line for line in lines if line["segment"] and line["segment"]["ttl"] == truth["segment"]["ttl"]]
    faults = [f"no {kind}" for kind in lacking(watch, truth, kinds)]
    for line in about:
        wrong = {name: (value, line["segment"][name]) for name, value in truth["segment"].items()
                 if line["segment"][name] != value}
        if wrong:
            faults.append(f"{line['kind']} of {line['fn']}: sent, and printed: {wrong}")
        if not line["segment"].get("dev", "to-").startswith("to-"):
            faults.append(f"{line['kind']} of {line['fn']}: dev {line['segment']['dev']}")
    if len({line["segment"]["skb"] for line in about}) > 1:
        faults.append(f"one segment by several addresses: {[(line['fn'], line['segment']['skb']) for line in about]}")
    return faults


def same(line, truth):
    return "tuple" in line and line["tuple"] == truth["tuple"]
