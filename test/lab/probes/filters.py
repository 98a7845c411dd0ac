# SPDX-License-Identifier: MIT
"""The kernel's filter options as bpftrace compiles them.

Each pair of them is a predicate that says what TypeScript says: predicates.ts writes the questions and the answers. And
every option goes together with every other: a probe has 512 bytes of stack, bpftrace 0.17 refuses one that needs more, and
the trace would go on without it.
"""
import json
import pathlib
import subprocess
import tempfile

QUESTIONS = pathlib.Path(__file__).parent.parent / ".built/predicates.json"


# Two that were refused before numbers shared words (src/program/packed.ts), and worse ones.
LISTS = ["--sport", "8001-8999,32193,1,2,3-5", "--dport", "80,443,1000-2000"]
PREFIXES = ["--saddr", "192.0.2.0/24,2001:db8::/32,10.1.2.3", "--daddr", "198.51.100.0/25,2001:db8:1::7"]
EXCLUSIONS = ["--not-saddr", "192.0.2.7", "--not-daddr", "2001:db8::/48", "--not-sport", "8500", "--not-dport", "1500"]
TOGETHER = [
    [*LISTS, *PREFIXES, *EXCLUSIONS, "--ttl", "--stack"],
    ["--sport", "8001-8999,32193"],
    ["--dport", "80", "--ttl", "--stack"],
    [*LISTS, *PREFIXES, "--stack"],
    [*LISTS, *PREFIXES, *EXCLUSIONS, "--ttl", "--packets"],
]


def test(client, server, tap, programs=None):
    together(server, tap, programs)
    for number, part in enumerate(json.loads(QUESTIONS.read_text())[:programs], 1):
        with tempfile.NamedTemporaryFile("w", suffix=".bt") as program:
            program.write(part["program"])
            program.flush()
            done = subprocess.run(["bpftrace", program.name], capture_output=True, text=True)
        faults = [] if done.returncode == 0 else [done.stderr]
        said = {int(line) for line in done.stdout.splitlines() if line.isdigit()}
        faults += [f"{'yes' if index in said else 'no'} to {part['questions'][index]}" for index in said ^ set(part["yes"])]
        tap.result(f"{len(part['questions'])} pairs of filters, as bpftrace compiles them, program {number}", faults)


def together(server, tap, most):
    # With conntrack the filter asks for the tuples of NAT too.
    subprocess.run(["modprobe", "-q", "nf_conntrack"], check=False)
    netns = ["--netns", f"{server.inode},{server.inode + 1}"]
    for options in TOGETHER[:most]:
        with tempfile.TemporaryDirectory() as directory:
            recording = pathlib.Path(directory) / "recording.jsonl"
            command = ["trace-reset", *options, *netns, "--ehash", "off", "--timeout", "1", "--record", str(recording)]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            faults = [] if done.returncode == 0 else [f"exit code {done.returncode}"]
            if recording.exists():
                faults += [f"without {name}" for name in json.loads(recording.open().readline())["missing"]]
        tap.result(f"every probe is attached with {' '.join(options)} --netns", faults)
        if faults:
            tap.note(done.stderr.replace("\n", " / "))
