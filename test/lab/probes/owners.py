# SPDX-License-Identifier: MIT
"""Who owns a connection, against the truth: of 32 that wait in accept, of one older than the trace, and its cgroup.

And who owns a listener that is older than the trace, and refuses what belongs to no handshake.
"""
import os
import pathlib
import subprocess

from gauntlet.children import Child
from net.host import KINDS, at, family_of, send
from net.packets import Segment
from net.sockets import linger_zero
from probes.watch import Watch

PORTS = {kind: 9100 + index for index, kind in enumerate(KINDS)}
WORKERS = 32
LISTENER, STRAY = 9190, 42000
CGROUPS = pathlib.Path("/sys/fs/cgroup")
CGROUP = "/probes/worker"


def test(client, server, tap):
    join_cgroup = cgroup(tap)
    listeners = {kind: server.listen(port, kind, backlog=128) for kind, port in PORTS.items()}
    # Of IPv6 the processes are in another network namespace than their sockets, as a node's proxy is.
    crews = {kind: [worker(listener, join_cgroup, None if kind == 6 else server) for _ in range(WORKERS)]
             for kind, listener in listeners.items()}
    # Of this process alone: the workers are there already.
    elders = [server.listen(LISTENER, family) for family in (4, 6)]
    try:
        # Older than the trace: its owner is found in /proc.
        old = {kind: ask(client, server, kind) for kind in KINDS}
        with Watch("--netns", str(server.inode)) as watch:
            for kind, (ours, _) in old.items():
                port = ours.getsockname()[1]
                watch.saw(lambda line: line["kind"] == "owner" and line["fn"] == "proc"
                          and line["tuple"]["sport"] == port, f"the owner of an older connection, of kind {kind}")
            for family in (4, 6):
                ends = (client.address(family), STRAY), (server.address(family), LISTENER)
                send(client, server, Segment(*ends, "A", 7, 8))
                watch.saw(lambda line: line["kind"] == "reset" and line["tuple"]["family"] == family
                          and line["tuple"]["sport"] == STRAY, "the listener's reset")
            new = [(kind, *ask(client, server, kind)) for kind in KINDS for _ in range(WORKERS - 1)]
            truths = {}
            older = {ends_of(kind, ours) for kind, (ours, _) in old.items()}
            # In a silence of half a minute anybody might have ended it.
            for ours, _ in old.values():
                ours.send(b"still here")
            for kind, ours, pid in [(kind, *pair) for kind, pair in old.items()] + new:
                truths[ends_of(kind, ours)] = pid
                linger_zero(ours)
                ours.close()
            for family, sport, dport in truths:
                watch.saw(lambda line: line["kind"] == "reset" and line["tuple"]["family"] == family
                          and (line["tuple"]["sport"], line["tuple"]["dport"]) == (sport, dport),
                          f"the reset of port {sport} at {dport}")
            faults = watch.end()
    finally:
        for child in sum(crews.values(), []):
            child.end()
        for listener in [*listeners.values(), *elders]:
            listener.close()
    tap.result("a trace of what 32 processes accept", faults)
    for what, wanted in (("connections older than the trace", older), ("those accepted since", set(truths) - older)):
        tap.result(f"the owners of {what} ({len(wanted)})", judge(watch, server, truths, wanted, join_cgroup))
    told = [(verdict["cause"], verdict["owner"], verdict["pid"]) for verdict in watch.verdicts if verdict["sport"] == STRAY]
    wanted = [("bad-ack-to-listener", "socket", os.getpid())] * 2
    tap.result("the owner of listeners older than the trace (2)", [] if told == wanted else [f"{told}, and not {wanted}"])


def cgroup(tap):
    """Makes a cgroup for the workers; gives the file that moves who writes to it, or None."""
    try:
        if not (CGROUPS / "cgroup.procs").exists():
            subprocess.run(["mount", "-t", "cgroup2", "none", str(CGROUPS)], check=True)
        directory = CGROUPS / CGROUP.lstrip("/")
        directory.mkdir(parents=True, exist_ok=True)
        return directory / "cgroup.procs"
    except (OSError, subprocess.CalledProcessError) as error:
        tap.note(f"no cgroup of version 2 here: {error}")
        return None


def worker(listener, join_cgroup, host):
    """A process that waits in accept, tells its number to whoever connects, and keeps the connection."""
    def serve(_):
        if join_cgroup is not None:
            join_cgroup.write_text(str(os.getpid()))
        if host is not None:
            host.enter()
        listener.settimeout(None)
        kept = []
        while True:
            kept.append(listener.accept()[0])
            kept[-1].send(str(os.getpid()).encode())

    return Child(serve)


def ask(client, server, kind):
    """A connection to one of the workers: the client's socket, and the number of the process that has the other end."""
    ours = client.connect((at(kind, server.address(kind)), PORTS[kind]))
    return ours, int(ours.recv(100))


def ends_of(kind, ours):
    """A connection's family and ports: two to different ports here may have the same port at the client."""
    return family_of(kind), ours.getsockname()[1], PORTS[kind]


def judge(watch, server, truths, wanted, join_cgroup):
    faults, seen = [], set()
    for verdict in watch.verdicts:
        key = verdict["family"], verdict["sport"], verdict["dport"]
        if key not in wanted:
            continue
        seen.add(key)
        truth = {"cause": "peer-aborted", "pid": truths[key], "owner": "socket", "netns": server.inode,
                 "comm": pathlib.Path("/proc/self/comm").read_text().strip()}
        if join_cgroup is not None:
            truth["cgroup"] = CGROUP
        wrong = {name: (value, verdict[name]) for name, value in truth.items() if verdict[name] != value}
        if wrong:
            faults.append(f"port {verdict['sport']}: truth and verdict differ: {wrong}; {verdict['because']}")
    return faults[:5] + ([f"{len(wanted - seen)} without a verdict"] if wanted - seen else [])
