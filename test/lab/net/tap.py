# SPDX-License-Identifier: MIT
"""TAP: a line for each result, and the plan at the end."""
import sys


class Tap:
    """`copy` gets every line too."""

    def __init__(self, copy=None):
        self.outputs = [sys.stdout] if copy is None else [sys.stdout, copy]
        self.count = self.failures = 0

    def result(self, what, faults):
        """Held when there are no faults, in sentences."""
        self.count += 1
        self.failures += bool(faults)
        self._print(f"{'not ok' if faults else 'ok'} {self.count} - {what}")
        for fault in faults:
            self.note(fault)

    def skip(self, what, why):
        self.count += 1
        self._print(f"ok {self.count} - {what} # SKIP {why}")

    def note(self, text):
        self._print("\n".join(f"# {line}" for line in text.splitlines()))

    def end(self):
        """Gives the exit code."""
        self._print(f"1..{self.count}")
        return 1 if self.failures else 0

    def _print(self, text):
        for output in self.outputs:
            print(text, file=output, flush=True)
