#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the tool can do on this kernel, as root: the module, doctor, a trace of some resets. Prints TAP, and a row of a table."""
import json
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

LAB = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(LAB))
from net.tap import Tap  # noqa: E402
from net.traced import Traced  # noqa: E402
from trust.left import descendants, left_since, state  # noqa: E402
from trust.traffic import PORT, Resets  # noqa: E402

ATTACH_SECONDS = 900
END_SECONDS = 120
COUNT = 20


def main():
    tap = Tap()
    tap.note(f"Linux {platform.release()}")
    module = run("module", "load")
    doctor = run("doctor")
    lacking = re.findall(r"^  MISS (\w+)", doctor.stdout.split("\nFor more:")[0], re.M)
    before = state()
    traced, taken, faults = trace(doctor.returncode == 0)
    tap.result("a trace names every reset, or says why there is none", faults)
    tap.result("nothing is left", left_since(before))
    if module.returncode == 0:
        unloaded = run("module", "unload")
        tap.result("the module is unloaded", [] if unloaded.returncode == 0 else [unloaded.stderr])
    row = {"module": "loaded" if module.returncode == 0 else last(module.stderr), "lacking": lacking, "traced": traced,
           "foretold": foretold(doctor.stdout), "taken": taken}
    tap.note(f"row: {json.dumps(row)}")
    return tap.end()


def run(*arguments):
    return subprocess.run(["trace-reset", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)


def trace(may):
    """What came of it, in words, the megabytes that its maps took, and the faults. Where doctor says that something is missing, the tool must say so too."""
    taken = []
    with Resets() as resets, tempfile.TemporaryDirectory() as directory:
        output = pathlib.Path(directory) / "verdicts"
        try:
            with Traced(["--dport", str(PORT), "--format", "json", "--output", str(output)], ATTACH_SECONDS) as running:
                resets.some(COUNT)
                taken.append(map_megabytes(running.process.pid))
                code = running.interrupt(END_SECONDS)
        except RuntimeError as error:
            said = str(error).removeprefix("the trace did not begin: ")
            return said, None, [f"doctor had found nothing missing: {said}"] if may else []
        verdicts = [json.loads(line) for line in output.read_text().splitlines()]
    told = sorted({f"{verdict['cause']}, {verdict['confidence']}" for verdict in verdicts})
    good = told == ["unread-data-on-close, certain"] and len(verdicts) == COUNT and code == 0
    return f"{len(verdicts)} of {COUNT}: {'; '.join(told)}", taken[0], [] if good else [f"exit code {code}, {told}, {running.said}"]


def last(text):
    return "refused: " + text.splitlines()[0].rpartition(": ")[2]


def foretold(text):
    return next((int(found) for found in re.findall(r"takes (\d+) MB of kernel memory", text)), None)


def map_megabytes(tool):
    """What the kernel counts for the maps of the tool's bpftrace (bpf_map_show_fdinfo, kernel/bpf/syscall.c)."""
    tracers = [pid for pid, name in descendants(tool).items() if name == "bpftrace"]
    texts = [path.read_text() for pid in tracers for path in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir()]
    maps = {re.search(r"^map_id:\s+(\d+)", text, re.M).group(1): text for text in texts if "map_type:" in text}
    return round(sum(int(re.search(r"^memlock:\s+(\d+)", text, re.M).group(1)) for text in maps.values()) / 1e6)


if __name__ == "__main__":
    sys.exit(main())
