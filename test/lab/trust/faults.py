# SPDX-License-Identifier: MIT
"""Faults around a trace, one function for each: gives what is wrong, in sentences."""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import tempfile

from net.traced import Traced
from trust.left import descendants
from trust import traffic
from trust.traffic import PORT

ATTACH_SECONDS = 600
END_SECONDS = 120
FILTER = ["--dport", str(PORT)]
TRAFFIC = pathlib.Path(traffic.__file__).resolve()
MANY = 100
WITHIN = 10
SMALL = "64k"  # less than a hundred resets' lines


@contextlib.contextmanager
def small_disk():
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", directory], check=True)
        try:
            yield pathlib.Path(directory)
        finally:
            subprocess.run(["umount", directory], check=True)


def traced(resets, *arguments, count=MANY, before_end=lambda trace: None):
    """A trace of so many resets: its exit code, its verdicts, what it said."""
    with tempfile.TemporaryFile("w+") as output:
        with Traced([*FILTER, "--format", "json", *arguments], ATTACH_SECONDS, stdout=output) as trace:
            resets.some(count)
            before_end(trace)
            code = trace.interrupt(END_SECONDS)
        output.seek(0)
        return code, [json.loads(line) for line in output], trace.said


def all_there(verdicts, count=MANY):
    return [] if len(verdicts) == count else [f"{count} resets, {len(verdicts)} verdicts"]


def plain(said, word):
    """It was said in one line, and not with Node's stack."""
    told = [line for line in said if word in line.lower()]
    stack = [line for line in said if line.startswith("    at ")]
    return ([] if told else [f"nobody said {word!r}: {said}"]) + ([f"a stack: {stack[0]}"] if stack else [])


def recording_on_a_full_disk(resets):
    with small_disk() as disk:
        _, verdicts, said = traced(resets, "--record", str(disk / "recording.jsonl"))
        replay = subprocess.run(["trace-reset", "replay", "--quiet", str(disk / "recording.jsonl")], capture_output=True, text=True)
    readable = [] if replay.returncode == 0 else [f"replay ended with {replay.returncode}: {replay.stderr.strip()}"]
    return all_there(verdicts) + plain(said, "no space left") + readable


def output_on_a_full_disk(resets):
    with small_disk() as disk:
        with Traced([*FILTER, "--format", "json", "--output", str(disk / "verdicts")], ATTACH_SECONDS) as trace:
            resets.some(MANY)
            code = trace.interrupt(END_SECONDS)
    return plain(trace.said, "no space left") + ([] if code == 1 else [f"exit code {code}"])


def standard_output_full(resets):
    with open("/dev/full", "w") as full, Traced(FILTER, ATTACH_SECONDS, stdout=full) as trace:
        resets.some(1)
        code = trace.interrupt(END_SECONDS)
    return plain(trace.said, "no space left") + ([] if code == 1 else [f"exit code {code}"])


def reader_leaves(resets):
    reading, writing = os.pipe()
    with Traced([*FILTER, "--format", "json"], ATTACH_SECONDS, stdout=writing) as trace:
        os.close(writing)
        resets.some(1)
        os.read(reading, 1)
        os.close(reading)
        with resets.steady():
            code = trace.process.wait(END_SECONDS)
    return [f"a stack: {line}" for line in trace.said if line.startswith("    at ")] + (
        [] if code == 0 else [f"exit code {code}: {trace.said}"])


def module_in_use(resets):
    refused = []

    def unload(trace):
        refused.append(subprocess.run(["rmmod", "tcphash"], capture_output=True, text=True))

    code, verdicts, said = traced(resets, "--ehash", "module", before_end=unload)
    told = [] if refused[0].returncode != 0 or plain(said, "tcphash") == [] else ["the module went, and nothing was said"]
    return all_there(verdicts) + told + ([] if code == 0 else [f"exit code {code}: {said}"])


def bpftrace_stops(resets):
    """It stands still in the middle of the trace, and the tool is to end."""
    stopped = []

    def stop(trace):
        stopped.extend(pid for pid, name in descendants(trace.process.pid).items() if name == "bpftrace")
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)

    code, _, said = traced(resets, count=1, before_end=stop)
    return plain(said, "it did not end within") + ([] if stopped and code != 0 else [f"exit code {code}: {said}"])


def second_tracer(resets):
    with Traced([*FILTER], ATTACH_SECONDS, stdout=subprocess.DEVNULL) as other:
        code, verdicts, said = traced(resets)
        other_code = other.interrupt(END_SECONDS)
    return all_there(verdicts) + ([] if (code, other_code) == (0, 0) else [f"exit codes {code}, {other_code}: {said}"])


def no_memory(resets):
    """bpftrace in a cgroup with less memory than it takes to compile the program."""
    group = pathlib.Path("/sys/fs/cgroup/trust")
    (group.parent / "cgroup.subtree_control").write_text("+memory")
    group.mkdir()
    try:
        (group / "memory.max").write_text("40M")
        with contextlib.suppress(OSError):
            (group / "memory.swap.max").write_text("0")
        with tempfile.TemporaryDirectory() as directory:
            wrapper = pathlib.Path(directory) / "bpftrace"
            wrapper.write_text(f'#!/bin/sh\necho $$ >{group}/cgroup.procs\nexec /usr/bin/bpftrace "$@"\n')
            wrapper.chmod(0o755)
            run = subprocess.run(["trace-reset", *FILTER, "--bpftrace", str(wrapper)], stdin=subprocess.DEVNULL,
                                 capture_output=True, text=True, timeout=ATTACH_SECONDS)
    finally:
        group.rmdir()
    said = run.stderr.splitlines()
    return plain(said, "bpftrace ended") + ([] if run.returncode not in (0, 70) else [f"exit code {run.returncode}: {said}"])


def network_namespace_goes(resets):
    """Resets within a network namespace that is gone before their look-ups are asked, or while they are."""
    def within(trace):
        for command in ("add", "exec", "delete"):
            words = ["sh", "-c", f"ip link set lo up && python3 {TRAFFIC} {WITHIN}"] if command == "exec" else []
            subprocess.run(["ip", "netns", command, "trust", *words], check=True)

    code, verdicts, said = traced(resets, before_end=within)
    return all_there(verdicts, MANY + WITHIN) + ([] if code == 0 else [f"exit code {code}: {said}"])


BRIEF = (recording_on_a_full_disk, standard_output_full, module_in_use, network_namespace_goes)
FAULTS = (*BRIEF, output_on_a_full_disk, reader_leaves, bpftrace_stops, second_tracer, no_memory)
