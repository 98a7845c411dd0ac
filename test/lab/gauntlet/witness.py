#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the triggers without trace-reset, and shows by a packet socket and the kernel's counters that each does what it
says. Runs as root on the kernel to be tried.

    python3 test/lab/gauntlet/witness.py [--rounds N] [NAME ...]

Prints TAP, a line for each trigger and family. A trigger declares
    RESETS    every RST that passes, in order: who sends it (a host's wire, or the router), its flags, and how far its
              sequence number is from the one that the receiver waits for (0 when left out, None for any)
    COUNTED   what the kernel of the judged host counts, by the names in /proc/net/snmp and netstat
    FAMILIES  4 and 6 unless it says otherwise
    PORTS     of the wire, beside the trigger's own
    NETFILTER true where it is no TCP that resets
    missing   tells what this kernel lacks for it, if anything
"""
import argparse
import pathlib
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from net.counters import counters, increase  # noqa: E402
from net.tap import Tap  # noqa: E402
from net.wire import Wire  # noqa: E402
from net.world import TRIGGERS, World, load_trigger  # noqa: E402

FIRST_PORT = 8001


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    triggers = {name: load_trigger(name) for name in options.names or TRIGGERS}
    plan = [(name, trigger, family) for _ in range(options.rounds) for name, trigger in triggers.items()
            for family in getattr(trigger, "FAMILIES", (4, 6))]
    world, tap, seen = World(), Tap(), {}
    try:
        with Wire(world.router) as wire:
            for port, (name, trigger, family) in enumerate(plan, FIRST_PORT):
                begun = time.monotonic()
                lacking = trigger.missing() if hasattr(trigger, "missing") else None
                if lacking:
                    tap.skip(f"{name} ipv{family}", lacking)
                    continue
                faults = attempt(world, wire, trigger, port, family)
                seen[port] = len(resets(wire, port))
                tap.result(f"{name} ipv{family}, {time.monotonic() - begun:.1f} s", faults)
            # What came after a trigger had ended was not foreseen by it.
            late = [f"{len(resets(wire, port))} RSTs for port {port}, and {count} when its trigger ended"
                    for port, count in seen.items() if len(resets(wire, port)) != count]
            tap.result("no reset came late", late)
    finally:
        world.remove()
    return tap.end()


def attempt(world, wire, trigger, port, family):
    """Gives what was not as declared, in sentences."""
    host = getattr(world, trigger.SIDE)
    before = counters(host)
    begun = len(wire.read())
    try:
        truth = trigger.trigger(world, port, family)
        truth = truth[0] if isinstance(truth, list) else truth
    except Exception:  # noqa: BLE001  (a trigger may fail in any way, and the others shall still run)
        return [*traceback.format_exc().splitlines(), *show(wire.read()[begun:])]
    grown = increase(before, counters(host))
    ports = (port, *getattr(trigger, "PORTS", ()))
    passed = [one for one in wire.read()[begun:] if {one.segment.source[1], one.segment.destination[1]} & {*ports}]
    faults = compare(trigger, passed, grown)
    if (truth["sport"] if trigger.SIDE == "client" else truth["dport"]) != port:
        faults.append(f"the truth is about another port than {port}: {truth}")
    return faults + (show(passed) if faults else [])


def compare(trigger, passed, grown):
    found = [(sender, segment) for sender, segment in passed if "R" in segment.flags]
    expected = [(*reset, 0)[:3] for reset in trigger.RESETS]
    faults = []
    if [(sender, segment.flags) for sender, segment in found] != [reset[:2] for reset in expected]:
        faults.append(f"expected {expected}, and other resets passed")
    else:
        for (_, segment), (sender, flags, offset) in zip(found, expected):
            offsets = {(segment.seq - base) % 2**32 for base in expected_seq(passed, segment)}
            if offset is not None and offset % 2**32 not in offsets:
                faults.append(f"the {flags} of the {sender} is {offsets} off, not {offset}")
    for name, count in getattr(trigger, "COUNTED", {}).items():
        if grown.get(name, 0) != count:
            faults.append(f"{name} grew by {grown.get(name, 0)} and not by {count}; {grown}")
    own = sum(reset[0] == trigger.SIDE for reset in trigger.RESETS)
    own = 0 if getattr(trigger, "NETFILTER", False) else own
    if "OutRsts" in getattr(trigger, "COUNTED", {}):
        return faults
    if grown.get("OutRsts", 0) != own:
        faults.append(f"the kernel counted {grown.get('OutRsts', 0)} RSTs sent, not {own}")
    return faults


def expected_seq(passed, reset):
    """After what the RST's sender sent itself; what its receiver acknowledged; and 0, where there was neither."""
    sent = acknowledged = 0
    for _, segment in passed:
        if segment is reset:
            break
        if "R" not in segment.flags and segment.source == reset.source:
            sent = segment.seq + segment.span()
        if "A" in segment.flags and segment.destination == reset.source and segment.source == reset.destination:
            acknowledged = segment.ack
    return {0, sent, acknowledged}


def resets(wire, port):
    return [one for one in wire.of_port(port) if "R" in one.segment.flags]


def show(passed):
    return [f"{sender}: {segment.source} > {segment.destination} {segment.flags} seq {segment.seq} ack {segment.ack} "
            f"length {len(segment.payload)} ttl {segment.ttl}" for sender, segment in passed]


if __name__ == "__main__":
    sys.exit(main())
