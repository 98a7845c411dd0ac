#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The probes against the truth, on the kernel that runs: `python3 test/lab/probes [PART ...]`, as root. Prints TAP.

Each part has a trace of its own, and a world of two or three network namespaces.
"""
import pathlib
import sys
import traceback

# What is here comes first: the directory above has a nat.py of its own.
sys.path.append(str(pathlib.Path(__file__).parent.parent))
import burst  # noqa: E402
import crafted  # noqa: E402
import filters  # noqa: E402
import nat  # noqa: E402
import owners  # noqa: E402
import refused  # noqa: E402
import steps  # noqa: E402
import tracepoints  # noqa: E402
from net import Host, join  # noqa: E402
from tap import Tap  # noqa: E402

PARTS = {part.__name__: part.test for part in (filters, steps, crafted, nat, owners, burst, tracepoints, refused)}


def main(names):
    tap = Tap()
    for name in names or PARTS:
        hosts = [Host(f"{name}-{role}") for role in ("client", "server")]
        try:
            join(*hosts, 0)
            PARTS[name](*hosts, tap)
        except Exception:  # one part's end is no reason to leave the others untried
            tap.result(f"{name} came to its end", traceback.format_exc().splitlines())
        finally:
            for host in hosts:
                host.remove()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
