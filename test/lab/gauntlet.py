#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Provokes each cause with known truth, has trace-reset watch, and compares. Runs as root on the kernel to be judged.

    gauntlet.py [--rounds N] [--out DIRECTORY] [NAME ...]

NAME is a cause or one of VARIANTS. Prints TAP, a line each. Leaves in DIRECTORY/NAME recording.jsonl, the live output,
and its options in options.json, so that a replay elsewhere can be held against them. Each is watched by a trace of its
own, with a filter for its own port: so many resets as rounds, and nothing else, may be seen through it.
"""
import argparse
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
from tracer import Tracer  # noqa: E402
from world import World, load_trigger, TRIGGERS  # noqa: E402

FIRST_PORT = 8001

# The same causes, seen in other ways: each format's bytes, and what is said without the module.
VARIANTS = {
    "linger-zero.table": {"format": "table"},
    "linger-zero.csv": {"format": "csv"},
    "peer-aborted.ss": {"ehash": "ss"},
    "no-listener.off": {"ehash": "off"},
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("/out"))
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    names = options.names or [*TRIGGERS, *VARIANTS]
    subprocess.run(["trace-reset", "module", "load"], check=True, stdout=sys.stderr)
    world = World()
    failures = 0
    print(f"1..{len(names)}", flush=True)
    try:
        for number, name in enumerate(names, 1):
            faults = attempt(world, name, options)
            failures += bool(faults)
            print(f"{'not ok' if faults else 'ok'} {number} - {name}", flush=True)
            for fault in faults:
                print(f"# {fault}", flush=True)
    finally:
        world.remove()
        subprocess.run(["trace-reset", "module", "unload"], check=True, stdout=sys.stderr)
    return 1 if failures else 0


def attempt(world, name, options):
    """Traces while the cause is provoked; gives what was wrong, in sentences."""
    cause = name.partition(".")[0]
    variant = {"format": "json", "ehash": "module", **VARIANTS.get(name, {})}
    port = FIRST_PORT + TRIGGERS.index(cause)
    trigger = load_trigger(cause)
    host, peer = (world.server, world.client) if trigger.SIDE == "server" else (world.client, world.server)
    filters = ["--saddr", peer.address, "--dport" if trigger.SIDE == "server" else "--sport", str(port)]

    with Tracer(options.out / name, [*filters, "--format", variant["format"]], variant["ehash"]) as tracer:
        world.on_connection = tracer.wait_looked_up if variant["ehash"] == "module" else lambda client: None
        truths = [dict(trigger.trigger(world, port), cause=cause, netns=host.inode) for _ in range(options.rounds)]
        # The last verdicts come when the trace ends: an end flushes all that was seen.
        faults = tracer.end()
    if variant["format"] == "json":
        verdicts = [json.loads(line) for line in tracer.output.read_text().splitlines()]
        faults += compare(truths, verdicts)
        faults += [f"the look-up was by {verdict['ehash']['source']}" for verdict in verdicts
                   if verdict["ehash"]["source"] != variant["ehash"]]
    return faults + ([f"it said: {' / '.join(tracer.said)}"] if faults else [])


def compare(truths, verdicts):
    faults = []
    if len(verdicts) != len(truths):
        faults.append(f"{len(truths)} resets were provoked and {len(verdicts)} named")
    for truth, verdict in zip(truths, verdicts):
        wrong = {name: (value, verdict[name]) for name, value in truth.items() if verdict[name] != value}
        if wrong:
            faults.append(f"truth and verdict differ: {wrong}; because {verdict['because']}")
    return faults


if __name__ == "__main__":
    sys.exit(main())
