# SPDX-License-Identifier: MIT
"""SIGKILL of the tool, of bpftrace, of both, at random moments over attach, trace and end, under traffic that resets."""
import json
import os
import random
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from net.traced import Traced
from trust.left import descendants, left_since, state
from trust.traffic import PORT

ATTACH_SECONDS = 600
END_SECONDS = 120
VICTIMS = ("tool", "bpftrace", "both")
PHASES = ("attach", "trace", "end")
TRACED_SECONDS = 3  # how far into a trace a moment may be
ENDING_SECONDS = 2


def tried(tries, resets, seed, note):
    """Gives a row for each victim in each phase: what, how many times, and the faults, in sentences. `note` is told of each try."""
    drawn = random.Random(seed)
    attach = attach_seconds(resets)
    note(f"all probes are attached after {attach:.1f} s")
    rows = {(victim, phase): [0, 0, []] for victim in VICTIMS for phase in PHASES}
    for number in range(tries):
        # Three tries have each victim and each phase once, nine have all of them.
        victim, phase = VICTIMS[number % 3], PHASES[(number + number // 3) % 3]
        row = rows[victim, phase]
        row[0] += 1
        begun = time.monotonic()
        with resets.steady():
            judged, faults = one(drawn, victim, phase, attach)
        note(f"try {number}: {victim}, {phase}: {judged} judged, {len(faults)} faults, {time.monotonic() - begun:.0f} s")
        row[1] += judged
        row[2] += [f"try {number}: {fault}" for fault in faults]
    for (victim, phase), (count, judged, faults) in rows.items():
        if count == 0:
            continue
        name = "the tool" if victim == "tool" else victim
        yield {"victim": name, "phase": phase, "tries": count, "judged": judged, "faults": faults}


def attach_seconds(resets):
    begun = time.monotonic()
    with Traced(["--dport", str(PORT)], ATTACH_SECONDS, stdout=subprocess.DEVNULL) as trace:
        took = time.monotonic() - begun
        resets.one()
        trace.interrupt(END_SECONDS)
    return took


def one(drawn, victim, phase, attach):
    """Gives how many resets the recording's replay judges, and the faults."""
    before = state()
    with tempfile.TemporaryDirectory() as directory:
        recording = Path(directory) / "recording.jsonl"
        command = ["--dport", str(PORT), "--format", "json", "--record", str(recording)]
        trace = Traced(command, ATTACH_SECONDS, stdout=subprocess.DEVNULL)
        if phase == "attach":
            # The moment itself is what is tried here.
            time.sleep(drawn.uniform(0, attach))
        else:
            with_probes(trace)
            time.sleep(drawn.uniform(0, TRACED_SECONDS))
        if phase == "end":
            trace.process.send_signal(signal.SIGINT)
            time.sleep(drawn.uniform(0, ENDING_SECONDS))
        killed = kill(trace.process.pid, victim)
        faults = ended(trace, victim, phase, killed)
        faults += [f"left: {what}" for what in left_since(before)]
        judged, of_replay = replayed(recording)
        return judged, faults + of_replay


def with_probes(trace):
    if not trace.wait(lambda: trace.attached or trace.over, ATTACH_SECONDS) or trace.over:
        raise RuntimeError(f"the trace did not begin: {' / '.join(trace.said)}")


def kill(tool, victim):
    """Gives the names of what was killed: bpftrace may not run yet, or no more, and the tool may be done."""
    found = descendants(tool) if victim != "tool" else {}
    victims = {pid: name for pid, name in found.items() if name == "bpftrace"}
    if victim != "bpftrace":
        victims[tool] = "tool"
    killed = []
    for pid, name in victims.items():
        try:
            os.kill(pid, signal.SIGKILL)
            killed.append(name)
        except ProcessLookupError:
            pass
    return killed


def ended(trace, victim, phase, killed):
    if victim == "bpftrace" and killed == []:
        trace.process.send_signal(signal.SIGINT)
    try:
        trace.process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        trace.process.kill()
        trace.process.wait()
        return [f"the tool went on for {END_SECONDS} s; it had said {trace.said}"]
    for thread in trace.threads:
        thread.join()
    faults = [f"the tool ended with a stack: {line}" for line in trace.said if line.startswith("    at ")]
    if victim == "bpftrace" and killed != [] and phase != "end":
        if trace.process.returncode == 0 or not any("bpftrace ended" in line for line in trace.said):
            faults.append(f"not told: exit code {trace.process.returncode}, {trace.said}")
    return faults


def replayed(recording):
    if not recording.exists() or recording.stat().st_size == 0:
        return 0, []
    seen = sum(1 for line in recording.read_text().splitlines() if '"kind":"reset"' in line)
    run = subprocess.run(["trace-reset", "replay", "--format", "json", str(recording)], capture_output=True, text=True)
    verdicts = [json.loads(line) for line in run.stdout.splitlines()]
    if run.returncode != 0:
        return len(verdicts), [f"replay ended with {run.returncode}: {run.stderr.strip()}"]
    # A reset in the last line that is cut off is not one.
    return len(verdicts), [] if abs(seen - len(verdicts)) <= 1 else [f"{seen} resets recorded, {len(verdicts)} judged"]
