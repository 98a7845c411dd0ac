# SPDX-License-Identifier: MIT
"""A packet whose port NAT changes, as a NodePort's: seen by its later port, its trail begins at its first."""
import contextlib

from gauntlet.nat import end
from net.host import Host, join
from probes.watch import Watch

ENTRANCE, PORT = 32193, 80


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
    finally:
        pod.remove()


def trail(client, pod, tap):
    sports = {}
    with Watch("--dport", str(PORT), "--packets") as watch:
        for family in (4, 6):
            with pod.listen(PORT, family) as listener, client.connect((client.near(2, family), ENTRANCE)) as ours:
                theirs, _ = listener.accept()
                sports[family] = ours.getsockname()[1]
                ours.send(b"through the node")
                theirs.recv(100)
                theirs.close()
        faults = watch.end()
    tap.result("a trace by the port behind NAT", faults)
    for family, sport in sports.items():
        tap.result(f"IPv{family}: the trail begins at port {ENTRANCE}", judge(watch, pod, client, family, sport, tap))


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
