# SPDX-License-Identifier: MIT
"""Segments of known bytes, in both families: every number that a probe prints of them must be the one that was sent."""
import time

import segment
from net import connect, local_port, numbers, wait_reset
from segment import ACK, FIN, PSH, RST, SYN
from watch import Watch

PORT, OPEN = 9001, 9002
FAMILIES = (4, 6)

# Numbers at the edges of their types, a header with options, payload of odd length, each flag.
STRAY = {
    "a SYN with options": dict(sport=40001, flags=SYN, seq=0x80000001, window=65535, ttl=77, ip_id=0xfedc,
                               options=b"\x02\x04\x05\xb4\x01\x01\x01\x00"),
    "a SYN with data": dict(sport=40002, flags=SYN, seq=1, window=1, ttl=1, ip_id=1, payload=b"x" * 13),
    "an ACK of nothing": dict(sport=40003, flags=ACK, seq=0xffffffff, ack=0xfffffffe, window=0, ttl=255, ip_id=0x8000),
    "data, pushed, with FIN": dict(sport=40004, flags=ACK | PSH | FIN, seq=0x7fffffff, ack=0x80000000, window=0x8001,
                                   ttl=128, ip_id=0x7fff, payload=b"y" * 1001, options=b"\x01" * 40),
    "a RST of nothing": dict(sport=40005, flags=RST, seq=0xdeadbeef, window=0x1234, ttl=9, ip_id=99),
    "a SYN behind options of IP": dict(sport=40007, flags=SYN, seq=0x01020304, window=512, ttl=3, ip_id=0x1234,
                                       padded=True, payload=b"z" * 6, options=b"\x01" * 8),
    "all flags but SYN and RST": dict(sport=40006, flags=0xff & ~(SYN | RST), seq=3, ack=4, window=5, ttl=6, ip_id=7),
}


def test(client, server, tap):
    with Watch("--netns", str(server.inode), "--packets") as watch:
        truths = [(name, segment.send(client, server, family, dport=PORT, **stray))
                  for family in FAMILIES for name, stray in STRAY.items()]
        opened = [(family, *obeyed(client, server, family)) for family in FAMILIES]
        time.sleep(0.5)
        faults = watch.end()
    tap.result("a trace of crafted segments", faults + (["lines were lost"] if watch.losses() else []))
    for name, truth in truths:
        tap.result(f"{name}, in IPv{truth['tuple']['family']}", compare(watch, truth, expected(truth)))
    for family, truth, sock in opened:
        faults = compare(watch, truth, {"packet", "reset", "call"})
        told = [line["socket"] for line in watch.of("reset")
                if line["tuple"] == truth["tuple"] and line["fn"] == "tcp_reset"]
        faults += [f"the socket is {wrong}, and was {sock}" for wrong in told
                   if any(wrong.get(key) != sock[key] for key in sock)]
        tap.result(f"a RST that is obeyed, in IPv{family}", faults)


def expected(truth):
    """Kinds of lines that tell of a stray segment: steps, a first look, since a FIN begins no flow, an answer."""
    flags = truth["segment"]["flags"]
    return {"call"} | (set() if flags & FIN else {"packet"}) | (set() if flags & RST else {"reset"})


def obeyed(client, server, family):
    """An exact RST with odd numbers for a connection; the truth of its bytes and of the server's socket."""
    ours, theirs = connect(client, server, str(family), OPEN)
    theirs.send(b"five!")
    ours.recv(5)
    time.sleep(0.2)
    ours.send(b"0123456789")
    time.sleep(0.2)
    theirs.recv(4)
    seq, ack = numbers(ours)
    sent, received = numbers(theirs)
    truth = segment.send(client, server, family, sport=local_port(ours), dport=OPEN, flags=RST | ACK, seq=seq, ack=ack,
                         window=0x4321, ttl=33, ip_id=0xabcd, payload=b"why" * 7)
    wait_reset(theirs)
    theirs.close()
    ours.close()
    return truth, {"state": "ESTABLISHED", "snd_nxt": sent, "snd_una": sent, "rcv_nxt": received,
                   "copied_seq": received - 6 & 0xffffffff}


def compare(watch, truth, kinds):
    """What is wrong with what was told of one segment, line by line."""
    lines = [line for line in watch.observations if line["kind"] in kinds and same(line, truth)]
    # The connection's own segments have its tuple too; the crafted one is told by its TTL.
    about = [line for line in lines if line["segment"] and line["segment"]["ttl"] == truth["segment"]["ttl"]]
    faults = [f"no {kind}" for kind in sorted(kinds) if not any(line["kind"] == kind for line in lines)]
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
    return all(line["tuple"][name] == value for name, value in truth["tuple"].items())
