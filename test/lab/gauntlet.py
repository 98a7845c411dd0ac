#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Provokes each cause with known truth, has trace-reset watch, and compares. Runs as root on the kernel to be judged.

    gauntlet.py [--rounds N] [--out DIRECTORY] [NAME ...]

NAME is a trigger or one of VARIANTS; without any, all that are TRACED are run. Prints TAP, a line each. Leaves in
DIRECTORY/NAME recording.jsonl, the live output, and its options in options.json, so that a replay elsewhere can be held
against them. Each is watched by a trace of its own, with a filter for its own port: so many resets as rounds, and
nothing else, may be seen through it.
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

# The triggers (see triggers/) whose causes trace-reset has rules for. All are proven without it by witness.py.
TRACED = (
    "connection-refused",
    "data-after-close",
    "linger-zero",
    "no-listener",
    "no-socket",
    "peer-aborted",
    "peer-has-no-socket",
    "process-died",
    "unknown",
    "unread-data-on-close",
    "write-after-peer-close",
)

# The same triggers, seen in other ways: each format's bytes, what is said without the module, the other family.
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
    names = options.names or [*TRACED, *VARIANTS]
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
    variant = {"format": "json", "ehash": "module", "family": 4, **VARIANTS.get(name, {})}
    trigger_name = cause if name in VARIANTS else name
    port = FIRST_PORT + TRIGGERS.index(trigger_name)
    trigger = load_trigger(trigger_name)
    host, peer = (world.server, world.client) if trigger.SIDE == "server" else (world.client, world.server)
    side = "--dport" if trigger.SIDE == "server" else "--sport"
    # All on the peer's side: a ghost has an address of its own.
    filters = ["--saddr", peer.network(variant["family"]), side, str(port)]

    with Tracer(options.out / name, [*filters, "--format", variant["format"]], variant["ehash"]) as tracer:
        world.on_connection = tracer.wait_looked_up if variant["ehash"] == "module" else lambda client: None
        truths = [dict(trigger.trigger(world, port, variant["family"]), cause=cause, netns=host.inode)
                  for _ in range(options.rounds)]
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
