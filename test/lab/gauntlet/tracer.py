# SPDX-License-Identifier: MIT
"""One trace of the gauntlet: its verdicts and its recording become files."""
import json

from net.traced import Traced

ATTACH_SECONDS = 900  # an emulated machine compiles the program in 10 to 40 s, a busy one in more
END_SECONDS = 120


class Tracer(Traced):
    def __init__(self, directory, arguments, ehash):
        directory.mkdir(parents=True, exist_ok=True)
        self.output = directory / f"live.{arguments[arguments.index('--format') + 1]}"
        (directory / "options.json").write_text(json.dumps(arguments) + "\n")
        with self.output.open("wb") as live:
            super().__init__([*arguments, "--ehash", ehash, "--record", str(directory / "recording.jsonl")],
                             ATTACH_SECONDS, stdout=live)

    def end(self):
        """Interrupts the trace; gives what was wrong with its end, in sentences."""
        code = self.interrupt(END_SECONDS)
        faults = [] if code == 0 else [f"exit code {code}"]
        return faults + [line for line in self.said if "LOST" in line or "warning" in line]
