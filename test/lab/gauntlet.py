#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Provokes each cause with known truth, has trace-reset watch, and compares. Runs as root on the kernel to be judged.

    gauntlet.py [--rounds N] [--format FORMAT] [--out DIRECTORY] [CAUSE ...]

Prints TAP, a line per cause. Leaves DIRECTORY/CAUSE/recording.jsonl and the live output beside it, with the command's
options in options.json, so that a replay elsewhere can be held against them. Each cause is watched by a trace of its own,
with a filter for its own port; one RST, so many rounds, and nothing else may be seen through it.
"""
import argparse
import importlib.util
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
from world import World  # noqa: E402

FIRST_PORT = 8001
ATTACH_SECONDS = 300  # an emulated machine compiles the program in 10 to 40 s, a busy one in more
VERDICT_SECONDS = 120


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--format", default="json")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("/out"))
    parser.add_argument("causes", nargs="*")
    options = parser.parse_args()
    known = sorted(path.stem for path in (HERE / "triggers").glob("*.py"))
    causes = options.causes or known
    subprocess.run(["trace-reset", "module", "load"], check=True, stdout=sys.stderr)
    world = World()
    failures = 0
    print(f"1..{len(causes)}", flush=True)
    try:
        for number, cause in enumerate(causes, 1):
            faults = attempt(world, cause, FIRST_PORT + known.index(cause), options)
            failures += bool(faults)
            print(f"{'not ok' if faults else 'ok'} {number} - {cause}", flush=True)
            for fault in faults:
                print(f"# {fault}", flush=True)
    finally:
        world.remove()
        subprocess.run(["trace-reset", "module", "unload"], check=True, stdout=sys.stderr)
    return 1 if failures else 0


def attempt(world, cause, port, options):
    """Traces while the cause is provoked; gives what was wrong, in sentences."""
    spec = importlib.util.spec_from_file_location(cause, HERE / "triggers" / f"{cause}.py")
    trigger = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(trigger)
    host = world.server if trigger.SIDE == "server" else world.client
    peer = world.client if trigger.SIDE == "server" else world.server
    filters = ["--saddr", peer.address, "--dport" if trigger.SIDE == "server" else "--sport", str(port)]

    directory = options.out / cause
    directory.mkdir(parents=True, exist_ok=True)
    output = directory / f"live.{options.format}"
    arguments = [*filters, "--format", options.format]
    (directory / "options.json").write_text(json.dumps(arguments) + "\n")
    with output.open("wb") as live:
        tracer = subprocess.Popen(
            ["trace-reset", *arguments, "--record", str(directory / "recording.jsonl")],
            stdout=live, stderr=subprocess.PIPE, text=True)
    said, ready = [], threading.Event()

    def listen():
        for line in tracer.stderr:
            said.append(line.rstrip())
            if "tracing " in line:
                ready.set()
        ready.set()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        if not ready.wait(ATTACH_SECONDS) or tracer.poll() is not None:
            return [f"the trace did not begin: {' / '.join(said)}"]
        truths = [dict(trigger.trigger(world, port), cause=cause, netns=host.inode) for _ in range(options.rounds)]
    finally:
        # The last verdicts come when the trace ends: an end flushes all that was seen.
        tracer.send_signal(signal.SIGINT)
        try:
            tracer.wait(VERDICT_SECONDS)
        finally:
            tracer.kill()
        listener.join()
    faults = [] if tracer.returncode == 0 else [f"exit code {tracer.returncode}"]
    faults += [line for line in said if "LOST" in line or "warning" in line]
    if options.format == "json":
        faults += compare(truths, [json.loads(line) for line in output.read_text().splitlines()])
    return faults + ([f"it said: {' / '.join(said)}"] if faults else [])


def compare(truths, verdicts):
    faults = []
    if len(verdicts) != len(truths):
        faults.append(f"{len(truths)} resets were provoked and {len(verdicts)} named")
    for truth, verdict in zip(truths, verdicts):
        wrong = {name: (value, verdict[name]) for name, value in truth.items() if not agrees(value, verdict[name])}
        if wrong:
            faults.append(f"truth and verdict differ: {wrong}; because {verdict['because']}")
    return faults


def agrees(truth, value):
    """A tuple holds all that the kernel may do, when the moment decides."""
    return value in truth if isinstance(truth, tuple) else value == truth


if __name__ == "__main__":
    sys.exit(main())
