# SPDX-License-Identifier: MIT
"""One trace of the gauntlet: its verdicts and its recording become files, and its look-ups can be waited for."""
import json
import os

from net.traced import Traced

ATTACH_SECONDS = 300  # an emulated machine compiles the program in 10 to 40 s, a busy one in more
END_SECONDS = 120
LOOK_UP_SECONDS = 60


class Tracer(Traced):
    """The recording goes through a fifo, so that what is waited for is a line and no time."""

    def __init__(self, directory, arguments, ehash):
        directory.mkdir(parents=True, exist_ok=True)
        self.output = directory / f"live.{arguments[arguments.index('--format') + 1]}"
        (directory / "options.json").write_text(json.dumps(arguments) + "\n")
        fifo = directory / "fifo"
        os.mkfifo(fifo)
        self.looked_up = set()
        with self.output.open("wb") as live:
            super().__init__([*arguments, "--ehash", ehash, "--record", str(fifo)], ATTACH_SECONDS, stdout=live)
        self.follow(lambda: self._keep(fifo, directory / "recording.jsonl"))

    def wait_looked_up(self, client):
        """Returns when the TCP hash was asked for this client's connection, so that the answer finds it alive."""
        port = client.getsockname()[1]
        if not self.wait(lambda: port in self.looked_up, LOOK_UP_SECONDS):
            raise TimeoutError("the TCP hash was not asked for the flow")

    def forget_looked_up(self):
        """The ports of earlier connections are those of later ones again."""
        self.looked_up.clear()

    def end(self):
        """Interrupts the trace; gives what was wrong with its end, in sentences."""
        code = self.interrupt(END_SECONDS)
        faults = [] if code == 0 else [f"exit code {code}"]
        return faults + [line for line in self.said if "LOST" in line or "warning" in line]

    def _keep(self, fifo, recording):
        with fifo.open() as lines, recording.open("w") as kept:
            fifo.unlink()
            for line in lines:
                kept.write(line)
                # A long trace has many lines, and few are waited for.
                if '"kind":"lookup"' not in line:
                    continue
                asked = json.loads(line)["tuple"]
                with self.changed:
                    self.looked_up |= {asked["sport"], asked["dport"]}
                    self.changed.notify_all()
