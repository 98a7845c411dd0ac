# SPDX-License-Identifier: MIT
"""One run of trace-reset: what it observes, line by line as it comes, its verdicts, and all that it says."""
import json
import os
import pathlib
import tempfile

from net.traced import Traced
from net.waits import PATIENCE_SECONDS

ATTACH_SECONDS = 900  # an emulated machine takes 1 to 3 minutes for a program of every step, a busy one more
END_SECONDS = 300


class Watch(Traced):
    """`with Watch("--dport", "80") as watch`: the body runs once all is attached. `end` ends it as Ctrl-C does."""

    def __init__(self, *arguments, ehash="off", as_it_comes=True):
        """What is recorded is read as it comes, or, so that reading holds up nobody, at the end."""
        directory = pathlib.Path(tempfile.mkdtemp(prefix="watch-"))
        self.recording, self.output = directory / "recording.jsonl", directory / "verdicts.json"
        if as_it_comes:
            os.mkfifo(self.recording)
        self.observations, self.verdicts = [], []
        super().__init__([*arguments, "--format", "json", "--output", str(self.output), "--ehash", ehash,
                          "--record", str(self.recording)], ATTACH_SECONDS)
        if as_it_comes:
            self.follow(self._keep)

    def comes(self, condition):
        """Whether the condition holds of what is observed before patience ends."""
        return self.wait(condition, PATIENCE_SECONDS)

    def saw(self, true, what):
        """Returns when there is an observation like that."""
        if not self.comes(lambda: any(true(line) for line in self.observations)):
            raise TimeoutError(f"not seen: {what}")

    def of(self, kind):
        return [line for line in self.observations if line["kind"] == kind]

    def end(self):
        """Interrupts the trace; gives what was wrong with its end, in sentences."""
        code = self.interrupt(END_SECONDS)
        if not self.observations:
            self._keep()
        # Of the steps that are asked for, JSON has objects too: a verdict is what has a cause.
        lines = [json.loads(line) for line in self.output.read_text().splitlines()]
        self.verdicts = [line for line in lines if "cause" in line]
        self.steps = [line for line in lines if "step" in line]
        return [] if code == 0 else [f"exit code {code}: {' / '.join(self.said)}"]

    def losses(self):
        return sum(line["count"] for line in self.of("lost"))

    def _keep(self):
        with self.recording.open() as lines:
            for line in lines:
                with self.changed:
                    self.observations.append(json.loads(line))
                    self.changed.notify_all()
