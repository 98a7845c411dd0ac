#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`trace-reset top` over a live trace, in a terminal: resets are made, and counted on the screen. Prints TAP, and each screen
as it was. Runs as root."""
import contextlib
import pathlib
import subprocess
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from net.tap import Tap  # noqa: E402
from net.waits import PATIENCE_SECONDS, until  # noqa: E402
from net.world import World, load_trigger  # noqa: E402
from top.terminal import Terminal  # noqa: E402

# So often each, of one port after the other. All are sent by the server.
MADE = {"unread-data-on-close": 3, "no-listener": 2, "linger-zero": 1}
FIRST_PORT = 8001

# An emulated machine starts node, and bpftrace compiles.
BEGIN_SECONDS = 300


def main():
    subprocess.run(["trace-reset", "module", "load"], check=True, stdout=sys.stderr)
    world = World()
    tap = Tap()
    try:
        with part(tap, "live, at 80x24 and at 200x50"):
            watch(world, tap)
    finally:
        world.remove()
        subprocess.run(["trace-reset", "module", "unload"], check=True, stdout=sys.stderr)
    return tap.end()


def watch(world, tap):
    networks = f"{world.client.near('0/24')},{world.client.near('/64', 6)}"
    terminal = Terminal(80, 24, ["trace-reset", "top", "--saddr", networks, "--dport", f"{FIRST_PORT}-{FIRST_PORT + 99}"])
    try:
        terminal.shows("attaching probes", "q quit", seconds=BEGIN_SECONDS)
        terminal.shows("0 resets: 0 sent", "Linux ", "q quit", seconds=BEGIN_SECONDS)
        names = [name for name, times in MADE.items() for _ in range(times)]
        for port, name in enumerate(names, FIRST_PORT):
            load_trigger(name).trigger(world, port)
        counted = terminal.shows("6 resets: 6 sent, 0 received, 0 ignored", *MADE)
        same(counted[2].split()[:3], ["COUNT", "OUT", "CAUSE"])
        same([line.split()[:3] for line in counted[3:6]],
             [[str(times), "sent", name] for name, times in sorted(MADE.items(), key=lambda item: -item[1])])
        same(counted[23][:6], "q quit")
        keep(tap, counted)

        terminal.press("b")
        keep(tap, terminal.shows("by peer", "6 198.51.100.2"))
        terminal.press("bbb/linger")
        filtered = terminal.shows("by cause", "filter: linger_")
        same([line.split()[0] for line in filtered[3:5] if line], ["1"])
        terminal.press("\r\r")
        keep(tap, terminal.shows("with SO_LINGER 0", "Esc back"))

        terminal.resize(200, 50)
        until(lambda: terminal.lines()[49].startswith("q quit"), "the keys in the last of 50 lines", PATIENCE_SECONDS)
        terminal.shows("6 resets: 6 sent", "with SO_LINGER 0")
        terminal.press("\r\x1b")
        keep(tap, terminal.shows("by cause", "no-listener"))
    finally:
        terminal.press("q")
        code = terminal.end()
    same((code, terminal.faults), (0, []))
    keep(tap, terminal.lines())


def same(found, expected):
    if found != expected:
        raise AssertionError(f"{found}, and not {expected}")


def keep(tap, screen):
    tap.note("\n".join(line or " " for line in screen))


@contextlib.contextmanager
def part(tap, title):
    faults = []
    try:
        yield
    except Exception:
        faults.append(traceback.format_exc())
    tap.result(title, faults)


if __name__ == "__main__":
    sys.exit(main())
