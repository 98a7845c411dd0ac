# SPDX-License-Identifier: MIT
"""Whatever watches the kernel while something is measured: started, ready, its processor time, ended."""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading

from net.waits import until

TICKS = os.sysconf("SC_CLK_TCK")

# What each says once it sees everything: trace-reset, bpftrace, tcpdump, pwru, and the header of tcpstates.
READY = (b"tracing ", b"Attach", b"listening on", b"Listening for events", b"SKADDR")


def each(ways, measure):
    """A row for each way to watch that there is here: its name and what is measured, or how that failed."""
    for name, command in ways:
        if command is None or shutil.which(command[0]) is not None:
            try:
                yield {"name": name, **measure(command)}
            except Exception as error:  # the other ways are measured all the same
                yield {"name": name, "failed": f"{name}: {type(error).__name__}: {error}"}


@contextlib.contextmanager
def watching(command):
    """The body runs while the command watches; nothing does where that is None. What it prints is read and thrown away."""
    if command is None:
        yield None
        return
    before = set(programs())
    # stdbuf: a program that writes to a pipe keeps its header to itself.
    process = subprocess.Popen(["stdbuf", "-oL", *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True)
    try:
        ready(process, before)
        reading = threading.Thread(target=process.stdout.read, daemon=True)
        reading.start()
        yield process.pid
        process.send_signal(signal.SIGINT)
        process.wait(timeout=300)
    finally:
        process.kill()
        process.wait()


def ready(process, before):
    said = []
    for line in process.stdout:
        said.append(line)
        if any(word in line for word in READY):
            break
    else:
        raise RuntimeError(f"it did not begin: {b' '.join(said[-5:])}")
    # bpftrace says how many probes it attaches before it does.
    if attaching := re.search(rb"Attach\w+ (\d+) probes", line):
        until(lambda: len(set(programs()) - before) >= int(attaching[1]), "all probes attach", seconds=300)


def processor_seconds(session):
    """User and system time of the session's processes."""
    total = 0
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(") ")[2].split()
            if int(fields[3]) == session:
                total += int(fields[11]) + int(fields[12])
    return total / TICKS


def programs():
    """The BPF programs that any process has open: nanoseconds that each ran, by the kernel's account, by its id."""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/fdinfo/*"):
        try:
            text = path.read_text()
        except OSError:
            continue
        if "prog_id" in text and "run_time_ns" in text:
            fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
            found[fields["prog_id"].strip()] = int(fields["run_time_ns"])
    return found
