# SPDX-License-Identifier: MIT
"""One run of trace-reset with all that it says and records, line by line as it comes."""
import json
import os
import signal
import subprocess
import threading

ATTACH_SECONDS = 300  # an emulated machine compiles the program in 10 to 40 s, a busy one in more
END_SECONDS = 120
LOOK_UP_SECONDS = 60


class Tracer:
    """Starts the command and waits until all its probes are attached; `end` ends it as Ctrl-C does.

    The recording goes through a fifo, so that what is waited for is a line and no time.
    """

    def __init__(self, directory, arguments, ehash):
        directory.mkdir(parents=True, exist_ok=True)
        self.output = directory / f"live.{arguments[arguments.index('--format') + 1]}"
        (directory / "options.json").write_text(json.dumps(arguments) + "\n")
        fifo = directory / "fifo"
        os.mkfifo(fifo)
        self.said, self.looked_up = [], set()
        self.changed = threading.Condition()
        self.attached = self.ended = False
        with self.output.open("wb") as live:
            self.process = subprocess.Popen(
                ["trace-reset", *arguments, "--ehash", ehash, "--record", str(fifo)],
                stdout=live, stderr=subprocess.PIPE, text=True)
        self.threads = [threading.Thread(target=self._listen, daemon=True),
                        threading.Thread(target=self._keep, args=(fifo, directory / "recording.jsonl"), daemon=True)]
        for thread in self.threads:
            thread.start()

    def __enter__(self):
        if not self._wait(lambda: self.attached or self.ended, ATTACH_SECONDS) or self.ended:
            self.process.kill()
            raise RuntimeError(f"the trace did not begin: {' / '.join(self.said)}")
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()

    def wait_looked_up(self, client):
        """Returns when the TCP hash was asked for this client's connection, so that the answer finds it alive."""
        port = client.getsockname()[1]
        if not self._wait(lambda: port in self.looked_up, LOOK_UP_SECONDS):
            raise TimeoutError("the TCP hash was not asked for the flow")
        # The next one that has this port is another.
        self.looked_up.discard(port)

    def end(self):
        """Interrupts the trace; gives what was wrong with its end, in sentences."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(END_SECONDS)
        for thread in self.threads:
            thread.join()
        faults = [] if self.process.returncode == 0 else [f"exit code {self.process.returncode}"]
        return faults + [line for line in self.said if "LOST" in line or "warning" in line]

    def _listen(self):
        for line in self.process.stderr:
            with self.changed:
                self.said.append(line.rstrip())
                self.attached |= "tracing " in line
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

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

    def _wait(self, condition, seconds):
        with self.changed:
            return self.changed.wait_for(condition, seconds)
