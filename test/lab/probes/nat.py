# SPDX-License-Identifier: MIT
"""A connection whose port NAT changes, as a NodePort's, on a node that has its server in another network namespace.

Seen by its later port, its trail begins at its first; and a filter by either port names its reset, with both tuples, also
where it is older than the trace.
"""
import contextlib
import socket
import subprocess
from typing import NamedTuple

from gauntlet.nat import end
from net.host import Host, join
from net.sockets import linger_zero
from net.waits import wait_reset
from probes.watch import Watch

ENTRANCE, PORT = 32193, 80
TRAILS = 3  # connections of each family


def test(client, node, tap):
    pod = Host("pod")
    try:
        join(node, pod, number=1)
        for host, number in ((client, 2), (pod, 1)):
            for family in (4, 6):
                host.ip(f"-{family}", "route", "add", "default", "via", host.near(number, family))
        for name in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
            node.set(name, 1)
        with contextlib.ExitStack() as rules:
            for family in (4, 6):
                to = end(pod.address(family), PORT)
                rules.enter_context(node.rule(family, "PREROUTING", "-p", "tcp", "--dport", str(ENTRANCE), "-j", "DNAT",
                                              "--to-destination", to, table="nat"))
            trail(client, pod, tap)
            resets(client, node, pod, tap, ("--dport", str(ENTRANCE)))
            # Without a filter the tables are asked at the reset: those that a process leads to.
            with node.inside():
                resident = subprocess.Popen(["sleep", "infinity"])
            try:
                resets(client, node, pod, tap, ())
            finally:
                resident.kill()
                resident.wait()
    finally:
        pod.remove()


def resets(client, node, pod, tap, filters):
    """Ends connections through the node and beside it, made before the trace and under it."""
    with contextlib.ExitStack() as open_ones:
        listeners = {family: open_ones.enter_context(pod.listen(PORT, family)) for family in (4, 6)}
        older = [connection(client, pod, listeners, family, front) for family in (4, 6) for front in (True, False)]
        with Watch(*filters) as watch:
            if filters:
                for one in older:
                    if one.front:
                        # What is older is read from the conntrack tables once all is attached.
                        watch.saw(lambda line: is_known(line, one.sport), f"NAT of the older connection from port {one.sport}")
            under = [connection(client, pod, listeners, family, front) for family in (4, 6) for front in (True, False)]
            for one in older + under:
                linger_zero(one.theirs)
                one.theirs.close()
                wait_reset(one.ours)
            faults = watch.end()
    words = " ".join(filters) or "no filter"
    tap.result(f"a trace of NAT by {words}", faults)
    for age, ones in (("older", older), ("new", under)):
        for one in ones:
            found = [line for line in watch.verdicts if line["sport"] == one.sport and line["dport"] == PORT]
            tap.result(f"{words}: {age} IPv{one.family}, {'through the node' if one.front else 'beside it'}",
                       faults_of(found, one, node, pod, client, by_port=bool(filters)))
            one.ours.close()


def is_known(line, sport):
    return line["kind"] == "nat" and line["fn"] == "proc" and line["tuple"]["sport"] == sport


def faults_of(found, one, node, pod, client, by_port):
    if not one.front and by_port:
        return [f"a verdict on another connection: {found}"] if found else []
    if len(found) != 1:
        return [f"{len(found)} verdicts: {found}"]
    nat = {"saddr": client.addresses[one.family], "sport": one.sport, "daddr": client.near(2, one.family),
           "dport": ENTRANCE, "netns": node.inode} if one.front else None
    truth = {"cause": "linger-zero", "daddr": pod.addresses[one.family], "netns": pod.inode, "nat": nat}
    wrong = {name: (value, found[0].get(name)) for name, value in truth.items() if found[0].get(name) != value}
    return [f"truth and verdict differ: {wrong}"] if wrong else []


class Connection(NamedTuple):
    family: int
    front: bool
    sport: int
    ours: socket.socket
    theirs: socket.socket


def connection(client, pod, listeners, family, front):
    """By the node's port, or by the pod's own address."""
    to = (client.near(2, family), ENTRANCE) if front else (pod.address(family), PORT)
    ours = client.connect(to)
    theirs, _ = listeners[family].accept()
    return Connection(family, front, ours.getsockname()[1], ours, theirs)


def trail(client, pod, tap):
    """
    Some connections in each family. A probe that the kernel did not run, because an interrupt came while another one ran, takes a step
    away: the trace says so, and the trail of another connection is whole.
    """
    sports = {family: [] for family in (4, 6)}
    with Watch("--dport", str(PORT), "--packets") as watch:
        for family in list(sports) * TRAILS:
            with pod.listen(PORT, family) as listener, client.connect((client.near(2, family), ENTRANCE)) as ours:
                theirs, _ = listener.accept()
                sports[family].append(ours.getsockname()[1])
                ours.send(b"through the node")
                theirs.recv(100)
                theirs.close()
        faults = watch.end()
    tap.result("a trace by the port behind NAT", faults)
    for family in sports:
        found = [judge(watch, pod, client, family, sport, tap) for sport in sports[family]]
        broken = [faults for faults in found if faults]
        told = watch.losses() > 0 and len(broken) < TRAILS
        tap.result(f"IPv{family}: the trail begins at port {ENTRANCE}", [] if told else [fault for faults in broken for fault in faults])


def judge(watch, pod, client, family, sport, tap):
    steps = [step for step in watch.steps if step["sport"] == sport and step["saddr"] == client.addresses[family]]
    if not steps:
        return ["no step was seen"]
    # The SYN: the first packet of the trail, by its address in memory, until that is used again.
    syn = [step for step in steps if step["flags"] == "SYN"]
    told = [(step["step"], step["daddr"], step["dport"], step["netns"], step["skb"]) for step in syn]
    tap.note(f"IPv{family}: {told}")
    faults = []
    first, later = syn[0], syn[1:]
    if (first["daddr"], first["dport"]) != (client.near(2, family), ENTRANCE):
        faults.append("the first step is not the entrance")
    if first["netns"] == pod.inode:
        faults.append("the entrance is not in the node's network namespace")
    if not any(step["step"].endswith("_do_rcv") for step in later):
        faults.append("the packet came to no socket")
    faults += [f"a later step elsewhere: {step['step']} {step['daddr']} {step['dport']}" for step in later
               if (step["daddr"], step["dport"]) != (pod.addresses[family], PORT)]
    if len({step["skb"] for step in syn}) != 1:
        faults.append("more than one skb")
    entrances = [step for step in steps if step["dport"] == ENTRANCE]
    if len(entrances) < 3:
        faults.append(f"{len(entrances)} of the packets show their entrance")
    return faults
