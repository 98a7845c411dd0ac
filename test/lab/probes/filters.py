# SPDX-License-Identifier: MIT
"""Each pair of the kernel's filter options, as the predicate that bpftrace compiles: what it says is what TypeScript says.

predicates.ts writes the questions and the answers.
"""
import json
import pathlib
import subprocess
import tempfile

QUESTIONS = pathlib.Path(__file__).parent.parent / ".built/predicates.json"


def test(client, server, tap, programs=None):
    for number, part in enumerate(json.loads(QUESTIONS.read_text())[:programs], 1):
        with tempfile.NamedTemporaryFile("w", suffix=".bt") as program:
            program.write(part["program"])
            program.flush()
            done = subprocess.run(["bpftrace", program.name], capture_output=True, text=True)
        faults = [] if done.returncode == 0 else [done.stderr]
        said = {int(line) for line in done.stdout.splitlines() if line.isdigit()}
        faults += [f"{'yes' if index in said else 'no'} to {part['questions'][index]}" for index in said ^ set(part["yes"])]
        tap.result(f"{len(part['questions'])} pairs of filters, as bpftrace compiles them, program {number}", faults)
