# SPDX-License-Identifier: MIT
"""`python3 test/lab/trust`, as root: faults under a trace, and what they leave. Prints TAP, and tables."""
import argparse
import pathlib
import platform
import secrets
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from net.tap import Tap  # noqa: E402
from trust import faults, kills, rights  # noqa: E402
from trust.left import left_since, state  # noqa: E402
from trust.traffic import Resets  # noqa: E402


def main():
    asked = arguments()
    subprocess.run(["trace-reset", "module", "load"], check=True)
    tap, rows = Tap(), []
    tap.note(f"Linux {platform.release()}, seed {asked.seed}")
    with Resets() as resets:
        for fault in faults.BRIEF if asked.brief else faults.FAULTS:
            before = state()
            wrong = attempt(fault, resets) + [f"left: {what}" for what in left_since(before)]
            rows.append((fault.__name__.replace("_", " "), 1, wrong))
            tap.result(rows[-1][0], wrong)
        for row in kills.tried(asked.tries, resets, asked.seed, tap.note) if asked.tries > 0 else []:
            rows.append((f"SIGKILL of {row['victim']}: attach, trace, end", row["tries"], row["faults"]))
            tap.result(f"SIGKILL of {row['victim']}, {row['phase']}: tries={row['tries']} judged={row['judged']}", row["faults"])
        tell_table(tap, rows)
        if asked.rights:
            tell_rights(tap, resets)
    return tap.end()


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tries", type=int, default=0, help="how many times something is killed")
    parser.add_argument("--seed", type=int, default=secrets.randbits(31))
    parser.add_argument("--brief", action="store_true", help="the faults that take no minute")
    parser.add_argument("--rights", action="store_true", help="traces without one capability each")
    return parser.parse_args()


def tell_table(tap, rows):
    tap.note("| fault | tries | silent or wrong | left behind |\n| --- | --- | --- | --- |")
    for name in dict.fromkeys(name for name, _, _ in rows):
        wrong = [fault for other, _, faults in rows if other == name for fault in faults]
        tries = sum(count for other, count, _ in rows if other == name)
        left = sum("left: " in fault for fault in wrong)
        tap.note(f"| {name} | {tries} | {len(wrong) - left} | {left} |")


def tell_rights(tap, resets):
    found = dict(rights.rows(resets))
    whole = found["nothing"]
    tap.result("the service's capabilities suffice", [] if whole.startswith("unread-data-on-close, certain") else [whole])
    tap.note("| without | what comes of a trace of one reset |\n| --- | --- |")
    for lacking, what in found.items():
        tap.note(f"| {lacking} | {what} |")


def attempt(fault, resets):
    try:
        return fault(resets)
    except Exception as error:  # the other faults are tried all the same
        return [f"{type(error).__name__}: {error}"]


if __name__ == "__main__":
    sys.exit(main())
