# SPDX-License-Identifier: MIT
"""What a trace may leave behind, by the kernel's own lists: BPF programs and maps, kprobes, processes."""
import ctypes
import pathlib
import subprocess

from net.bpf import SYS_BPF
from net.waits import comes

# linux/bpf.h, enum bpf_cmd.
NEXT_ID = {"program": 11, "map": 12}
KPROBES = pathlib.Path("/sys/kernel/debug/kprobes/list")
PATIENCE_SECONDS = 60  # the kernel frees programs and probes in a worker, after a grace period


class NextId(ctypes.Structure):
    """union bpf_attr of BPF_*_GET_NEXT_ID."""
    _fields_ = [("start", ctypes.c_uint32), ("next", ctypes.c_uint32), ("flags", ctypes.c_uint32)]


def state():
    """All of it now, as a set of texts."""
    if not KPROBES.exists():
        subprocess.run(["mount", "-t", "debugfs", "debugfs", "/sys/kernel/debug"], check=True)
    return ids("program") | ids("map") | kprobes() | processes()


def left_since(before):
    """What is there now and was not before, sorted, once time enough was given for it to go."""
    comes(lambda: not state() - before, PATIENCE_SECONDS)
    return sorted(state() - before)


def ids(kind):
    found, attribute = set(), NextId()
    libc = ctypes.CDLL(None, use_errno=True)
    while libc.syscall(SYS_BPF, NEXT_ID[kind], ctypes.byref(attribute), ctypes.sizeof(attribute)) == 0:
        found.add(f"BPF {kind} {attribute.next}")
        attribute.start = attribute.next
    return found


def kprobes():
    """Each once, however many probes share it: `ffffffff81a0 k tcp_reset+0x0 [FTRACE]`."""
    return {f"kprobe {line.split()[2]}" for line in KPROBES.read_text().splitlines()}


def processes():
    """All but threads of the kernel, which have no command line, and what reads this."""
    found = set()
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().rstrip(b"\0").decode(errors="replace").split("\0")
        except OSError:
            continue
        if words != [""]:
            found.add(f"process {path.parent.name} {' '.join(words)[:80]}")
    return found


def descendants(pid):
    """Its children and theirs, by process id: their names."""
    found = {}
    try:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for child in children:
            found[int(child)] = pathlib.Path(f"/proc/{child}/comm").read_text().strip()
            found |= descendants(int(child))
    except OSError:
        pass
    return found
