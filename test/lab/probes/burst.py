# SPDX-License-Identifier: MIT
"""10,000 resets at once: reported and lost are what the kernel counts, and a loss makes no wrong verdict."""
import collections
import re
import resource
import time

import segment
from net import at, linger_zero
from watch import Watch

ANSWERED, CLOSED = 10_000, 1_000
NOWHERE, PORT = 9201, 9202


def test(client, server, tap):
    with Watch("--netns", str(server.inode), "--summary", as_it_comes=False) as watch:
        begun = time.monotonic()
        answered(client, server)
        closed(client, server)
        took = time.monotonic() - begun
        time.sleep(1)
        faults = watch.end()
    tap.note(f"{ANSWERED + CLOSED} resets in {took:.1f} s; lost events: {watch.losses()}")
    places = [number for number, line in enumerate(watch.observations) if line["kind"] == "lost"]
    if places:
        tap.note(f"{len(watch.observations)} lines; losses told at {places[:5]} ... {places[-5:]}")
    for line in watch.said:
        tap.note(line)
    lines = [line for line in watch.said if line.startswith(f"netns {server.inode}:")]
    tap.result("a trace of a burst", faults)
    tap.result("what was sent is what the kernel counted", balanced(lines, "OutRsts", ANSWERED + CLOSED))
    tap.result("what ended is what the kernel counted", balanced(lines, "EstabResets", CLOSED))
    tap.result("no verdict is wrong", judge(watch, tap))


def answered(client, server):
    """SYNs to a port where nothing listens, as fast as they can be sent."""
    source, target = client.addresses[4], server.addresses[4]
    syn = lambda number: segment.tcp(4, source, target, 10_000 + number, NOWHERE, segment.SYN, number, 0, 1024, b"")
    packets = [segment.ip(4, source, target, syn(number)) for number in range(ANSWERED)]
    before = out_rsts(server)
    with client.raw("4", 3, 255) as raw:
        for packet in packets:
            raw.sendto(packet, (target, 0))
    until_counted(server, before + ANSWERED)


def closed(client, server):
    """Connections that the server closes with SO_LINGER 0, all at once."""
    pairs = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (8 * CLOSED, 8 * CLOSED))
    with server.listen("4", PORT, 1024) as listener:
        for _ in range(CLOSED):
            ours = client.raw("4")
            ours.connect((at("4", server.address("4")), PORT))
            theirs, _ = listener.accept()
            linger_zero(theirs)
            pairs.append((ours, theirs))
    for _, theirs in pairs:
        theirs.close()
    for ours, _ in pairs:
        ours.close()


def until_counted(server, count, seconds=120):
    end = time.monotonic() + seconds
    while out_rsts(server) < count and time.monotonic() < end:
        time.sleep(0.1)


def out_rsts(server):
    with server.inside(), open("/proc/thread-self/net/snmp") as file:
        names, values = [line.split() for line in file if line.startswith("Tcp:")]
    return int(values[names.index("OutRsts")])


def balanced(lines, counter, least):
    told = [line for line in lines if f"increase of {counter}" in line]
    if len(told) != 1:
        return [f"{len(told)} lines about {counter}"]
    grown = int(re.search(rf"increase of {counter}, (\d+)", told[0])[1])
    fits = "= the increase" in told[0] or (counter != "OutRsts" and "among the events lost" in told[0])
    return ([] if fits else [told[0]]) + ([] if grown >= least else [f"only {grown} were provoked"])


def judge(watch, tap):
    """Each verdict is right, or says that it does not know; none is certain that had a loss around it."""
    causes = collections.Counter((verdict["cause"], verdict["confidence"]) for verdict in watch.verdicts)
    tap.note(f"verdicts: {dict(causes)}")
    right = {NOWHERE: "no-listener", PORT: "linger-zero"}
    wrong = [f"{verdict['cause']} for port {verdict['dport']}, by {verdict['because']}" for verdict in watch.verdicts
             if verdict["cause"] not in (right.get(verdict["dport"]), "unknown")]
    return wrong[:5]
