# SPDX-License-Identifier: MIT
"""What watching costs short connections that end in good order: the seconds that they take, and the watcher's processor."""
import json
import pathlib
import subprocess
import tempfile

from bench.watcher import each, processor_seconds, watching

COUNT, ROUNDS, PORT, OTHER_PORT = 1000, 5, 9601, 9


def measure(connections, tcpstates):
    """Gives a row for each way to watch: the seconds of each round, and in all those of the watcher's processor."""
    yield from each(ways(tcpstates), lambda command: spent(command, connections))
    yield {"name": "lines", "lines": lines_each(connections)}


def spent(command, connections):
    with watching(command) as session:
        run(connections, 100, 1)
        before = processor_seconds(session)
        rounds = run(connections, COUNT, ROUNDS)
        processor = (processor_seconds(session) - before) / ROUNDS
    return {"count": COUNT, "rounds": rounds, "processor": processor}


def ways(tcpstates):
    tool = ["trace-reset"]
    return [
        ("none", None),
        ("default", tool),
        ("--dport, of these", [*tool, "--dport", str(PORT)]),
        ("--dport, of others", [*tool, "--dport", str(OTHER_PORT)]),
        ("--packets, of these", [*tool, "--packets", "--dport", str(PORT)]),
        ("bpftrace's tcplife.bt", ["tcplife.bt"]),
        ("libbpf-tools' tcpstates", [tcpstates]),
        ("none again", None),
    ]


def run(connections, count, rounds):
    done = subprocess.run([connections, str(PORT), str(count), str(rounds)], check=True, capture_output=True, text=True)
    return [int(line) / 1e9 for line in done.stdout.split()]


def lines_each(connections):
    """How many lines of a recording each such connection makes."""
    recording = pathlib.Path(tempfile.mkdtemp()) / "recording.jsonl"
    with watching(["trace-reset", "--dport", str(PORT), "--record", str(recording)]):
        run(connections, COUNT, 1)
    kinds = [json.loads(line)["kind"] for line in recording.read_text().splitlines()]
    return len([kind for kind in kinds if kind not in ("start", "tick", "counters", "total", "stop")]) / COUNT
