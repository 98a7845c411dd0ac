# SPDX-License-Identifier: MIT
"""`python3 test/lab/trust TRIES [SEED]`, as root: faults under a trace, and what they leave. Prints TAP, and a table in the end."""
import pathlib
import platform
import secrets
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from net.tap import Tap  # noqa: E402
from trust import faults, kills  # noqa: E402
from trust.left import left_since, state  # noqa: E402
from trust.traffic import Resets  # noqa: E402


def main(tries, seed=None):
    subprocess.run(["trace-reset", "module", "load"], check=True)
    tap, rows = Tap(), []
    seed = secrets.randbits(32) if seed is None else int(seed)
    tap.note(f"Linux {platform.release()}, seed {seed}")
    with Resets() as resets:
        for fault in faults.FAULTS:
            before = state()
            wrong = attempt(fault, resets) + [f"left: {what}" for what in left_since(before)]
            rows.append((fault.__name__.replace("_", " "), 1, wrong))
            tap.result(rows[-1][0], wrong)
        for row in kills.tried(int(tries), resets, seed, tap.note):
            rows.append((row["fault"], row["tries"], row["faults"]))
            tap.result(f"{row['fault']}: tries={row['tries']} judged={row['judged']}", row["faults"])
    tap.note("| fault | tries | silent or wrong | left behind |\n| --- | --- | --- | --- |")
    for name, count, wrong in rows:
        left = sum("left: " in fault for fault in wrong)
        tap.note(f"| {name} | {count} | {len(wrong) - left} | {left} |")
    return tap.end()


def attempt(fault, resets):
    try:
        return fault(resets)
    except Exception as error:  # the other faults are tried all the same
        return [f"{type(error).__name__}: {error}"]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
