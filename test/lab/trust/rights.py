# SPDX-License-Identifier: MIT
"""A trace that lacks one capability of the service's: which of them it needs, and what it says without."""
import json
import re
import subprocess
import tempfile
from pathlib import Path

from net.traced import Traced
from trust.traffic import PORT

UNIT = Path("debian/trace-reset.service")
ATTACH_SECONDS = 600
END_SECONDS = 120


def granted():
    """The capabilities that the unit leaves to the tool."""
    return re.search(r"^CapabilityBoundingSet=(.*)$", UNIT.read_text(), re.M).group(1).split()


def bounded(capabilities):
    """A command that has these and no more: root's are what execve() gives, cut by the bounding set."""
    names = [name.removeprefix("CAP_").lower() for name in capabilities]
    return ["setpriv", "--no-new-privs", f"--bounding-set={','.join(['-all', *(f'+{name}' for name in names)])}"]


def rows(resets):
    """For all of them, and for each one left out: what came of a trace of one reset."""
    everything = granted()
    yield "nothing", outcome(resets, everything)
    for lacking in everything:
        yield lacking, outcome(resets, [name for name in everything if name != lacking])


def outcome(resets, capabilities):
    """The verdict with its owner, how much it could rest on, and what was said beside the usual; or why there was none."""
    with tempfile.TemporaryDirectory() as directory:
        recording, output = Path(directory) / "recording.jsonl", Path(directory) / "verdicts"
        command = ["--dport", str(PORT), "--format", "json", "--record", str(recording), "--output", str(output)]
        try:
            with Traced(command, ATTACH_SECONDS, prefix=bounded(capabilities)) as trace:
                resets.one()
                trace.interrupt(END_SECONDS)
        except RuntimeError as error:
            return f"no trace: {str(error).removeprefix('the trace did not begin: ')}"
        verdicts = [json.loads(line) for line in output.read_text().splitlines()]
        events = [json.loads(line) for line in recording.read_text().splitlines()]
    named = any("tcp_send_active_reset" in event.get("stack", []) for event in events)
    told = [line for line in trace.said if line.startswith("warning")]
    return "; ".join([*map(summary, verdicts), "" if named else "no name of a kernel function", *told]).strip("; ") or "no verdict"


def summary(verdict):
    return f"{verdict['cause']}, {verdict['confidence']}, by {verdict['comm']}, TCP hash: {verdict['ehash']['found'] or verdict['ehash']['error']}"
