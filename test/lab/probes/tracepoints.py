# SPDX-License-Identifier: MIT
"""Traced by tracepoints alone, as on a kernel without kprobes: what is known of each reset, in both families."""
from net.counters import arriving
from net.host import KINDS, at, connection, family_of, send
from net.packets import Segment
from net.sockets import linger_zero
from net.waits import wait_reset
from probes.facts import edited, read
from probes.watch import Watch

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
    with client.socket(kind) as refused:
        refused.connect_ex((at(kind, server.address(kind)), port))
    return "no-listener", "connection-refused"


def unread_data(client, server, kind, port):
    ours, theirs = connection(client, server, kind, port)
    ours.send(b"nobody reads this")
    theirs.recv(1)
    theirs.close()
    wait_reset(ours)
    ours.close()
    return "unread-data-on-close", "peer-aborted"


def lingering(client, server, kind, port):
    ours, theirs = connection(client, server, kind, port)
    linger_zero(theirs)
    theirs.close()
    wait_reset(ours)
    ours.close()
    return "linger-zero", "peer-aborted"


def stray(client, server, kind, port):
    # The answer comes to the client, where nobody knows of it.
    with arriving(client):
        send(client, server, Segment((client.address(kind), 41000), (server.address(kind), port), "A", 7, 8))
    return "no-socket", "ignored-no-socket"


def rejected_on_its_way(client, server, kind, port):
    with client.reject(kind, "OUTPUT", port), client.socket(kind) as refused:
        refused.connect_ex((at(kind, server.address(kind)), port))
    # It looks like the peer's, and REJECT is not seen.
    return None, "unknown"
