# SPDX-License-Identifier: MIT
"""How long it takes until all probes are attached: trace-reset, and bpftrace alone with the same program and settings."""
import os
import pathlib
import signal
import subprocess
import tempfile
import time

ROUNDS = 5

# One file, as the Debian package and the image have it: of many, each is read and compiled at the start.
TOOL = ["node", "build/bundle/trace-reset.mjs"]


def measure():
    """Gives the seconds of each round, in turn; the first start of each, which reads everything from the disk, is left out."""
    program = pathlib.Path(tempfile.mkdtemp()) / "program.bt"
    program.write_text(subprocess.run([*TOOL, "program"], check=True, capture_output=True, text=True).stdout)
    tool, alone, settings = [], [], {}
    for _ in range(ROUNDS + 1):
        tool.append(of_tool(settings))
        alone.append(of_bpftrace(program, settings))
    yield {"name": "trace-reset", "rounds": tool[1:]}
    yield {"name": "bpftrace with its program", "rounds": alone[1:]}


def of_tool(settings):
    begun = time.monotonic()
    process = subprocess.Popen(TOOL, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for line in process.stderr:
        if b"tracing " in line:
            break
    took = time.monotonic() - begun
    settings.update(settings_of(process.pid))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=300)
    return took


def settings_of(pid):
    """BPFTRACE_* as the tool sets them for its bpftrace."""
    for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        words = pathlib.Path(f"/proc/{child}/environ").read_bytes().decode(errors="replace").split("\0")
        return dict(word.split("=", 1) for word in words if word.startswith("BPFTRACE_"))
    return {}


def of_bpftrace(program, settings):
    begun = time.monotonic()
    # bpftrace starts the command when all probes are attached, and ends with it.
    process = subprocess.Popen(["bpftrace", "-c", "/bin/echo attached", str(program)], env={**os.environ, **settings},
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for line in process.stdout:
        if b"attached" in line:
            break
    took = time.monotonic() - begun
    process.communicate(timeout=300)
    return took
