# SPDX-License-Identifier: MIT
"""10,000 resets at once: reported and lost are what the kernel counts, and a loss makes no wrong verdict."""
import collections
import re
import resource
import time

from net.counters import counters
from net.host import send
from net.packets import Segment
from net.sockets import linger_zero
from net.waits import until
from probes.watch import Watch

ANSWERED, CLOSED = 10_000, 1_000
NOWHERE, PORT = 9201, 9202


def test(client, server, tap):
    with Watch("--netns", str(server.inode), "--balance", as_it_comes=False) as watch:
        before, begun = counters(server)["OutRsts"], time.monotonic()
        answered(client, server)
        until_counted(server, before + ANSWERED)
        closed(client, server)
        until_counted(server, before + ANSWERED + CLOSED)
        took = time.monotonic() - begun
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
    to = server.address(), NOWHERE
    send(client, server, *[Segment((client.address(), 10_000 + number), to, "S", number) for number in range(ANSWERED)])


def closed(client, server):
    """Connections that the server closes with SO_LINGER 0, all at once."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (8 * CLOSED, 8 * CLOSED))
    pairs = []
    with server.listen(PORT, backlog=1024) as listener:
        for _ in range(CLOSED):
            ours = client.connect((server.address(), PORT))
            theirs, _ = listener.accept()
            linger_zero(theirs)
            pairs.append((ours, theirs))
    for _, theirs in pairs:
        theirs.close()
    for ours, _ in pairs:
        ours.close()


def until_counted(server, count):
    until(lambda: counters(server)["OutRsts"] >= count, f"the server's kernel counts {count} RSTs sent", seconds=120)


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
    blurred = with_losses(watch.observations)
    tap.note(f"{len(blurred)} resets had a loss around them")
    sure = [f"certain of {verdict['cause']} from port {verdict['sport']}, with a loss around it"
            for verdict in watch.verdicts if verdict["confidence"] == "certain" and ends(verdict) in blurred]
    return wrong[:5] + sure[:5]


def with_losses(lines):
    """The connections of which a loss is told between their first line and that of their reset."""
    begun, blurred, losses = {}, set(), 0
    for line in lines:
        if line["kind"] == "lost":
            losses += 1
        elif "tuple" in line:
            before = begun.setdefault(ends(line["tuple"]), losses)
            if line["kind"] == "reset" and losses > before:
                blurred.add(ends(line["tuple"]))
    return blurred


def ends(named):
    return named["saddr"], named["sport"], named["daddr"], named["dport"]
