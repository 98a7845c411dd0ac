#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Provokes one reset between two network namespaces and has trace-reset name it, live. Runs as root."""
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from net.world import World, load_trigger  # noqa: E402

PORT = 80
END_SECONDS = 120


def main():
    cli = sys.argv[1:] or ["trace-reset"]
    # A module that was there before is somebody's, and stays.
    loaded = not os.path.exists("/dev/tcphash") and run(*cli, "module", "load") == 0
    world = World()
    try:
        arguments = ["--saddr", world.client.address(), "--dport", str(PORT)]
        say(f"$ trace-reset {' '.join(arguments)}")
        tracer = subprocess.Popen([*cli, *arguments], stderr=subprocess.PIPE, text=True)
        for line in tracer.stderr:
            say(line.rstrip())
            if "tracing " in line:
                break
        else:
            return tracer.wait()
        client = world.client.address()
        say(f"(a client at {client} sends 19 bytes to port {PORT}; the server closes without reading them)\n")
        load_trigger("unread-data-on-close").trigger(world, PORT)
        tracer.send_signal(signal.SIGINT)
        _, rest = tracer.communicate(timeout=END_SECONDS)
        say(f"\n{rest.rstrip()}")
        return tracer.returncode
    finally:
        world.remove()
        if loaded:
            run(*cli, "module", "unload")


def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL).returncode


def say(line):
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
