# SPDX-License-Identifier: MIT
"""Traced by tracepoints alone, as on a kernel without kprobes: what is known of each reset, in both families."""
import time

import segment
from facts import edited, read
from net import KINDS, at, connect, family_of, linger_zero, wait_reset
from watch import Watch

PORTS = {kind: 9301 + 10 * index for index, kind in enumerate(KINDS)}


def test(client, server, tap):
    # Up to 6.1 the tracepoint fires for full sockets only.
    answers = "sk_rst_reason" in read()["btf"]["enums"]
    reasons = "skb_drop_reason" in read()["btf"]["enums"]
    truths = {}
    with edited(lambda facts: facts["btf"]["functions"].pop("register_kprobe")) as facts:
        with Watch("--facts", facts, "--netns", f"{client.inode},{server.inode}") as watch:
            for kind in KINDS:
                for number, provoke in enumerate((nobody_listens, unread_data, lingering, stray, rejected_on_its_way)):
                    causes = provoke(client, server, kind, PORTS[kind] + number)
                    truths[provoke.__name__, kind] = PORTS[kind] + number, causes
            time.sleep(0.5)
            faults = watch.end()
    warned = any("no kprobes" in line for line in watch.said)
    tap.result("a trace by tracepoints", faults + ([] if warned else watch.said))
    for (what, kind), (port, (sent, received)) in truths.items():
        seen = {}
        for verdict in watch.verdicts:
            if port in (verdict["sport"], verdict["dport"]) and verdict["family"] == family_of(kind):
                seen.setdefault("server" if verdict["netns"] == server.inode else "client", []).append(verdict["cause"])
        wanted = {"server": [sent] if sent and answers or sent in ("unread-data-on-close", "linger-zero") else [],
                  "client": [received] if received and (reasons or not received.startswith("ignored-")) else []}
        faults = [f"{end}: {causes} and seen {seen.get(end, [])}" for end, causes in wanted.items()
                  if seen.get(end, []) != causes]
        because = [verdict["because"] for verdict in watch.verdicts if port in (verdict["sport"], verdict["dport"])]
        tap.result(f"{what.replace('_', ' ')} ({kind}), by tracepoints", faults + ([str(because)] if faults else []))


def nobody_listens(client, server, kind, port):
    with client.raw(kind) as refused:
        refused.connect_ex((at(kind, server.address(kind)), port))
    return "no-listener", "connection-refused"


def unread_data(client, server, kind, port):
    ours, theirs = connect(client, server, kind, port)
    ours.send(b"nobody reads this")
    theirs.recv(1)
    theirs.close()
    wait_reset(ours)
    ours.close()
    return "unread-data-on-close", "peer-aborted"


def lingering(client, server, kind, port):
    ours, theirs = connect(client, server, kind, port)
    linger_zero(theirs)
    theirs.close()
    wait_reset(ours)
    ours.close()
    return "linger-zero", "peer-aborted"


def stray(client, server, kind, port):
    segment.send(client, server, family_of(kind), sport=41000, dport=port, flags=segment.ACK, seq=7, ack=8)
    time.sleep(0.3)
    return "no-socket", "ignored-no-socket"


def rejected_on_its_way(client, server, kind, port):
    command = ["iptables", "ip6tables"][kind == "6"]
    rule = ["OUTPUT", "-p", "tcp", "--dport", str(port), "-j", "REJECT", "--reject-with", "tcp-reset"]
    client.run(command, "--wait", "-A", *rule)
    with client.raw(kind) as refused:
        refused.connect_ex((at(kind, server.address(kind)), port))
    client.run(command, "--wait", "-D", *rule)
    # It looks like the peer's, and REJECT is not seen.
    return None, "unknown"
