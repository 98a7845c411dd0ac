#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Provokes each cause while the server, the client and the router between them trace themselves, each for itself and by a
clock of its own. Runs as root on the kernel to be recorded.

    python3 test/lab/gauntlet/both_ends.py [--out DIRECTORY] [--hosts server,client,router] [--one] [--capture] [NAME ...]

With --one a single trace watches all of them, and its recording is taken apart by network namespace: three traces attach in
many minutes on an emulated machine. Leaves in DIRECTORY/HOST recording.jsonl and the live output of each, and in cells.json the port of each trigger and family,
and every RST that passes by its own word (RESETS, as witness.py reads it). Prints TAP, a line each.
"""
import argparse
import contextlib
import ctypes
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import urllib.parse

LAB = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(LAB))
from gauntlet.__main__ import FIRST_PORT, LAST_PORT, provoke  # noqa: E402
from gauntlet.nat import NODE_PORT  # noqa: E402
from gauntlet import tracer as one_trace  # noqa: E402
from net.host import LIBC  # noqa: E402
from net.tap import Tap  # noqa: E402
from net.world import TRIGGERS, World, load_trigger  # noqa: E402

CLONE_NEWUTS = 0x04000000

# A second trace attaches while the first one's probes are hit.
one_trace.ATTACH_SECONDS = 900

# By how many milliseconds the wall clock of each host, as its trace reads it, is before the machine's.
SKEW = {"server": 0, "client": 2500, "router": -700}

# Which connections each watches, all by ports: NAT is followed for those only.
PORTS = f"{FIRST_PORT}-{LAST_PORT}"
WATCHED = {
    "server": ["--dport", PORTS],
    "client": ["--sport", f"{PORTS},{NODE_PORT}"],
    "router": ["--dport", f"{PORTS},{NODE_PORT}"],
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("/out"))
    parser.add_argument("--hosts", default=",".join(SKEW), help="which trace themselves")
    parser.add_argument("--one", action="store_true", help="one trace of all hosts, taken apart: a third of the time to attach")
    parser.add_argument("--capture", action="store_true", help="have tcpdump beside, on the wire of each end")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    subprocess.run(["trace-reset", "module", "load"], check=True, stdout=sys.stderr)
    # Else the first rule of NAT would load it, and the traces that have begun by then would not follow NAT.
    subprocess.run(["modprobe", "nf_nat"], check=True)
    world, tap = World(), Tap()
    try:
        record(world, options, tap)
    finally:
        world.remove()
        subprocess.run(["trace-reset", "module", "unload"], check=True, stdout=sys.stderr)
    return tap.end()


def record(world, options, tap):
    triggers = {name: load_trigger(name) for name in options.names or TRIGGERS}
    plan = [(name, family) for name, trigger in triggers.items() for family in getattr(trigger, "FAMILIES", (4, 6))]
    cells, hosts = [], options.hosts.split(",")
    with contextlib.ExitStack() as stack:
        if options.one:
            inodes = ",".join(str(getattr(world, role).inode) for role in hosts)
            arguments = ["--netns", inodes, "--format", "json"]
            tracers = ends = [stack.enter_context(one_trace.Tracer(options.out / "all", arguments, "module"))]
        else:
            tracers = [stack.enter_context(trace(world, role, options.out)) for role in hosts]
            ends = [tracer for role, tracer in zip(hosts, tracers) if role != "router"]
        for role in ("server", "client") if options.capture else ():
            stack.enter_context(captured(world, role, options.out))
        world.on_round = lambda: [tracer.forget_looked_up() for tracer in tracers]
        world.on_connection = lambda client: [tracer.wait_looked_up(client) for tracer in ends]
        for port, (name, family) in enumerate(plan, FIRST_PORT):
            trigger = triggers[name]
            _, _, lacking, seconds, problems = provoke(world, getattr(world, trigger.SIDE), name, port, family, 1)
            if lacking:
                tap.skip(f"{name} ipv{family}", lacking)
                continue
            tap.result(f"{name} ipv{family}, {seconds:.1f} s", problems)
            # Host and flags; how far the number is off is the witness's matter.
            cells.append({"name": name, "family": family, "port": port,
                          "resets": [list(reset[:2]) for reset in trigger.RESETS]})
        for role, tracer in zip(["hosts"] if options.one else hosts, tracers):
            tap.result(f"the trace of the {role} ends well", tracer.end())
    if options.one:
        for role in hosts:
            take_apart(options.out / "all" / "recording.jsonl", options.out / role, role, getattr(world, role).inode)
    (options.out / "cells.json").write_text(json.dumps(cells))


def trace(world, role, out):
    """A host's trace, with the host's own name, and a clock that is not the machine's."""
    if LIBC.unshare(ctypes.c_int(CLONE_NEWUTS)) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    socket.sethostname(role)
    shift = f"const now=Date.now;Date.now=()=>now()+({SKEW[role]})"
    os.environ["NODE_OPTIONS"] = f"--import=data:text/javascript,{urllib.parse.quote(shift)}"
    try:
        host = getattr(world, role)
        return one_trace.Tracer(out / role, ["--netns", str(host.inode), *WATCHED[role], "--format", "json"], "module")
    finally:
        del os.environ["NODE_OPTIONS"]


@contextlib.contextmanager
def captured(world, role, out):
    """Keeps what passes a host's wire in OUT/ROLE.pcap while the body runs."""
    path = out / f"{role}.pcap"
    command = ["ip", "netns", "exec", getattr(world, role).name, "tcpdump", "-i", "wire", "-U", "-n", "-Z", "root"]
    with subprocess.Popen([*command, "-w", str(path), "tcp"], stderr=subprocess.PIPE, text=True) as dump:
        # It says that it listens, once it does.
        dump.stderr.readline()
        try:
            yield
        finally:
            dump.send_signal(signal.SIGINT)
            dump.stderr.read()


def take_apart(recording, directory, role, inode):
    """What a trace of that host alone would have told: all of its network namespace, and what is of none."""
    directory.mkdir()
    with recording.open() as lines, (directory / "recording.jsonl").open("w") as kept:
        for line in lines:
            told = json.loads(line)
            if told["kind"] == "start":
                boot = told["boot"]["s"] * 10**9 + told["boot"]["ns"] + SKEW[role] * 10**6
                told |= {"host": role, "filter": {"netns": [inode]}, "boot": {"s": boot // 10**9, "ns": boot % 10**9}}
                line = json.dumps(told, separators=(",", ":")) + "\n"
            netns = told["tuple"]["netns"] if "tuple" in told else told.get("netns", inode)
            if netns in (inode, 0):
                kept.write(line)


if __name__ == "__main__":
    sys.exit(main())
