# SPDX-License-Identifier: MIT
"""A packet whose port NAT changes, as a NodePort's: seen by its later port, its trail begins at its first."""
import subprocess

from net import Host, at, join, local_port
from watch import Watch

ENTRANCE, PORT = 32193, 80


def test(client, node, tap):
    pod = Host("pod")
    try:
        join(node, pod, 1)
        client.ip("route", "add", "default", "via", node_side(client, 4))
        client.ip("-6", "route", "add", "default", "via", node_side(client, 6))
        pod.ip("route", "add", "default", "via", node_side(pod, 4))
        pod.ip("-6", "route", "add", "default", "via", node_side(pod, 6))
        for name in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
            node.run("sysctl", "-qw", f"{name}=1")
        try:
            forward(node, pod)
        except (FileNotFoundError, subprocess.CalledProcessError) as error:
            tap.skip("the trail through NAT", f"no DNAT here: {error}")
            return
        trail(client, pod, tap)
    finally:
        pod.remove()


def node_side(host, family):
    """The other end's address: .1 and .2 are the ends of each wire."""
    address = host.addresses[family]
    return address[:-1] + {"1": "2", "2": "1"}[address[-1]]


def forward(node, pod):
    for command, target in (("iptables", f"{pod.addresses[4]}:{PORT}"), ("ip6tables", f"[{pod.addresses[6]}]:{PORT}")):
        node.run(command, "-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", str(ENTRANCE), "-j", "DNAT",
                 "--to-destination", target)


def trail(client, pod, tap):
    sports = {}
    with Watch("--dport", str(PORT), "--packets") as watch:
        for family in (4, 6):
            kind = str(family)
            with pod.listen(kind, PORT) as listener, client.raw(kind) as ours:
                ours.connect((at(kind, node_side(client, family)), ENTRANCE))
                theirs, _ = listener.accept()
                sports[family] = local_port(ours)
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
    if (first["daddr"], first["dport"]) != (node_side(client, family), ENTRANCE):
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
