#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Provokes each cause with known truth, has trace-reset watch, and compares. Runs as root on the kernel to be judged.

    python3 test/lab/gauntlet [--rounds N] [--noise] [--out DIRECTORY] [NAME ...]

NAME is a trigger, for both families, or one of VARIANTS; without any, all of both are run. Prints TAP, a line each. One
trace watches all triggers that the server's end is judged of, another one those of the client's; each trigger has a port
of its own, and through that so many verdicts as it tells of, and nothing else, may be seen. With --noise 200 other
connections a second go on all the while. A trigger may declare, beside what witness.py reads,
    CONFIDENCE       how sure its verdict is: certain, likely or unknown
    WITHOUT_REASONS  the same on a kernel that does not tell why it drops a packet, where that differs
    ALSO             truths of further verdicts about it, after the one that it gives itself
    TOGETHER         it takes the number of rounds itself, to provoke them at once, and gives a list of truths: once
                     takes long

Leaves in DIRECTORY/TRACE recording.jsonl, the live output, its options in options.json, so that a replay elsewhere can be
held against them, and in cells.json the port of each trigger and family, and whether its verdicts held.
"""
import argparse
import contextlib
import json
import pathlib
import subprocess
import sys
import time
import traceback

LAB = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(LAB))
from gauntlet.judge import compare, truths_of  # noqa: E402
from gauntlet.noise import Noise  # noqa: E402
from gauntlet.tracer import Tracer  # noqa: E402
from net.counters import counters  # noqa: E402
from net.tap import Tap  # noqa: E402
from net.world import TRIGGERS, World, load_trigger  # noqa: E402

# The kernel's own word on what the tracepoint gives: a reason since Linux 5.17.
DROPS = pathlib.Path("/sys/kernel/tracing/events/skb/kfree_skb/format")

FIRST_PORT = 8001
LAST_PORT = 8999

# The same triggers, seen in other ways: each format's bytes, what is said without the module.
VARIANTS = {
    "linger-zero.table": {"format": "table"},
    "linger-zero.csv": {"format": "csv"},
    "peer-aborted.ss": {"ehash": "ss"},
    "no-listener.off": {"ehash": "off"},
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--noise", action="store_true")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("/out"))
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    names = options.names or [*TRIGGERS, *VARIANTS]
    subprocess.run(["trace-reset", "module", "load"], check=True, stdout=sys.stderr)
    # Else the first rule of NAT would load it, and the traces that have begun by then would not follow NAT.
    subprocess.run(["modprobe", "nf_nat"], check=True)
    world = World()
    triggers = {name: load_trigger(name) for name in names if name not in VARIANTS}
    traces = [(side, [(name, family) for name, trigger in triggers.items() if trigger.SIDE == side
                      for family in getattr(trigger, "FAMILIES", (4, 6))], {}) for side in ("server", "client")]
    traces += [(name, [(name.partition(".")[0], 4)], VARIANTS[name]) for name in names if name in VARIANTS]
    tap = Tap()
    try:
        for trace, plan, how in traces:
            if plan:
                watch(world, trace, plan, how, options, tap)
    finally:
        world.remove()
        subprocess.run(["trace-reset", "module", "unload"], check=True, stdout=sys.stderr)
    return tap.end()


def watch(world, trace, plan, how, options, tap):
    """Traces while the plan is provoked, and tells the result of each of it."""
    variant = {"format": "json", "ehash": "module", **how}
    side = load_trigger(plan[0][0]).SIDE
    host, peer = (world.server, world.client) if side == "server" else (world.client, world.server)
    # All on the peer's side: a ghost has an address of its own.
    networks = ",".join((peer.near("0/24"), peer.near("/64", 6)))
    ports = f"{FIRST_PORT}-{LAST_PORT}"
    filters = ["--saddr", networks, "--dport" if side == "server" else "--sport", ports]
    ended = []
    noise = Noise(world) if options.noise else contextlib.nullcontext()
    with Tracer(options.out / trace, [*filters, "--format", variant["format"]], variant["ehash"]) as tracer, noise:
        begun = time.monotonic()
        world.on_round = tracer.forget_looked_up
        world.on_connection = tracer.wait_looked_up if variant["ehash"] == "module" else lambda client: None
        for port, (name, family) in enumerate(plan, FIRST_PORT):
            ended.append((name, family, port, *provoke(world, host, name, port, family, options.rounds)))
        # The last verdicts come when the trace ends: an end flushes all that was seen.
        faults = tracer.end()
    if options.noise:
        faults += [] if noise.made else ["there were no other connections"]
        tap.note(f"beside {noise.made} other connections in {time.monotonic() - begun:.0f} s")
    verdicts = []
    if variant["format"] == "json":
        verdicts = [json.loads(line) for line in tracer.output.read_text().splitlines()]
        faults += [f"the look-up was by {verdict['ehash']['source']}" for verdict in verdicts
                   if verdict["ehash"]["source"] != variant["ehash"]]
    cells = []
    for name, family, port, truths, resent, lacking, seconds, problems in ended:
        mine = [verdict for verdict in verdicts if verdict["dport" if side == "server" else "sport"] == port]
        found = problems + (compare(truths, mine, resent) if variant["format"] == "json" and not problems else [])
        cells.append({"name": name, "family": family, "port": port, "held": not found, "provoked": len(truths) > 0})
        title = trace if how else f"{name} ipv{family}"
        if lacking:
            tap.skip(title, lacking)
        else:
            tap.result(f"{title}, {seconds:.1f} s",
                       found + faults + ([f"it said: {' / '.join(tracer.said)}"] if faults else []))
            faults = []
    (options.out / trace / "cells.json").write_text(json.dumps(cells))


def provoke(world, host, name, port, family, rounds):
    """Gives the truths, how many segments were sent again, what this kernel lacks for the trigger, the seconds that it
    took, and what went wrong with the trigger itself."""
    trigger = load_trigger(name)
    lacking = trigger.missing() if hasattr(trigger, "missing") else None
    if lacking:
        return [], 0, lacking, 0, []
    begun, before = time.monotonic(), sent_again(world)
    truths, reasons = [], "reason" in DROPS.read_text()
    try:
        together = hasattr(trigger, "TOGETHER")
        for _ in range(1 if together else rounds):
            world.on_round()
            given = trigger.trigger(world, port, family, rounds) if together else [trigger.trigger(world, port, family)]
            for truth in given:
                truths += truths_of(name, trigger, {**truth, "netns": host.inode, "family": family}, reasons)
    except Exception:  # noqa: BLE001  (a trigger may fail in any way, and the others shall still run)
        return [], 0, None, time.monotonic() - begun, traceback.format_exc().splitlines()
    return truths, sent_again(world) - before, None, time.monotonic() - begun, []


def sent_again(world):
    return sum(counters(host)["RetransSegs"] for host in (world.server, world.client))


if __name__ == "__main__":
    sys.exit(main())
