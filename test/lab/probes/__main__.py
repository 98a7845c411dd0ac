#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The probes against the truth, on the kernel that runs: `python3 test/lab/probes [--brief] [PART ...]`, as root.

Prints TAP. Each part has a trace of its own, and a world of two or three network namespaces. Programs take long to
compile under emulation: with --brief there is one of twelve pairs of filters, one of a few steps, and one refused probe.
"""
import pathlib
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from net.host import Host, join  # noqa: E402
from net.tap import Tap  # noqa: E402
from probes import burst, crafted, filters, nat, owners, refused, steps, tracepoints  # noqa: E402

PARTS = {part.__name__.partition(".")[2]: part.test
         for part in (filters, steps, crafted, nat, owners, burst, tracepoints, refused)}
# What test() of a part takes as its last argument then.
BRIEF = {"filters": 1, "refused": 1,
         "steps": ("ip_rcv", "ipv6_rcv", "tcp_v4_rcv", "tcp_v6_rcv", "tcp_rcv_state_process")}


def main(words):
    tap, names = Tap(), [word for word in words if word != "--brief"]
    for name in names or PARTS:
        begun = time.monotonic()
        hosts = [Host(role) for role in ("client", "server")]
        try:
            join(*hosts)
            PARTS[name](*hosts, tap, *[BRIEF[name]] * (name in BRIEF and "--brief" in words))
        except Exception:  # one part's end is no reason to leave the others untried
            tap.result(f"{name} came to its end", traceback.format_exc().splitlines())
        finally:
            for host in hosts:
                host.remove()
        tap.note(f"{name} took {time.monotonic() - begun:.0f} s")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
