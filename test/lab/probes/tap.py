# SPDX-License-Identifier: MIT
"""TAP: a line for each result, and the plan at the end."""


class Tap:
    def __init__(self):
        self.count = self.failures = 0

    def result(self, what, faults):
        self.count += 1
        self.failures += bool(faults)
        print(f"{'not ok' if faults else 'ok'} {self.count} - {what}", flush=True)
        for fault in faults:
            self.note(fault)

    def skip(self, what, why):
        self.count += 1
        print(f"ok {self.count} - {what} # SKIP {why}", flush=True)

    def note(self, text):
        print(f"# {text}", flush=True)

    def end(self):
        print(f"1..{self.count}", flush=True)
        return 1 if self.failures else 0
