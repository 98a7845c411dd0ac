# SPDX-License-Identifier: MIT
"""One run of trace-reset: what it observes, line by line as it comes, its verdicts, and all that it says."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading

ATTACH_SECONDS = 900  # an emulated machine takes 1 to 3 minutes for a program of every step, a busy one more
END_SECONDS = 300


class Watch:
    """`with Watch("--dport", "80") as watch`: the body runs once all is attached. `end` ends it as Ctrl-C does."""

    def __init__(self, *arguments, ehash="off", as_it_comes=True):
        """What is recorded is read as it comes, or, so that reading holds up nobody, at the end."""
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="watch-"))
        self.recording = self.directory / "recording.jsonl"
        if as_it_comes:
            os.mkfifo(self.recording)
        self.said, self.observations, self.verdicts = [], [], []
        self.changed = threading.Condition()
        self.attached = self.over = False
        self.output = self.directory / "verdicts.json"
        self.process = subprocess.Popen(
            ["trace-reset", *arguments, "--format", "json", "--output", str(self.output), "--ehash", ehash,
             "--record", str(self.recording)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        work = [self._listen, *[self._keep] * as_it_comes]
        self.threads = [threading.Thread(target=each, daemon=True) for each in work]
        for thread in self.threads:
            thread.start()

    def __enter__(self):
        if not self._wait(lambda: self.attached or self.over, ATTACH_SECONDS) or self.over:
            self.process.kill()
            raise RuntimeError(f"the trace did not begin: {' / '.join(self.said)}")
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()

    def saw(self, true, what, seconds=60):
        """Returns when there is an observation like that."""
        if not self._wait(lambda: any(true(line) for line in self.observations), seconds):
            raise TimeoutError(f"not seen: {what}")

    def of(self, kind):
        return [line for line in self.observations if line["kind"] == kind]

    def end(self):
        """Interrupts the trace; gives what was wrong with its end, in sentences."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(END_SECONDS)
        for thread in self.threads:
            thread.join()
        if not self.observations:
            self._keep()
        # Of the steps that are asked for, JSON has objects too: a verdict is what has a cause.
        lines = [json.loads(line) for line in self.output.read_text().splitlines()]
        self.verdicts = [line for line in lines if "cause" in line]
        self.steps = [line for line in lines if "step" in line]
        return [] if self.process.returncode == 0 else [f"exit code {self.process.returncode}: {' / '.join(self.said)}"]

    def losses(self):
        return sum(line["count"] for line in self.of("lost"))

    def _listen(self):
        for line in self.process.stderr:
            with self.changed:
                self.said.append(line.rstrip().removeprefix("trace-reset: "))
                self.attached |= "tracing " in line
                self.changed.notify_all()
        with self.changed:
            self.over = True
            self.changed.notify_all()

    def _keep(self):
        with self.recording.open() as lines:
            for line in lines:
                with self.changed:
                    self.observations.append(json.loads(line))
                    self.changed.notify_all()

    def _wait(self, condition, seconds):
        with self.changed:
            return self.changed.wait_for(condition, seconds)
