# SPDX-License-Identifier: MIT
"""A command of trace-reset that traces, and what it says: what the gauntlet's traces and the probes' have in common."""
import signal
import subprocess
import threading


class Traced:
    """
    The body of `with` runs once all probes are attached. `wait` is for what a thread of `follow` changes. `prefix` is a command that
    runs the tool.
    """

    def __init__(self, command, attach_seconds, prefix=(), **streams):
        self.said, self.threads = [], []
        self.changed = threading.Condition()
        self.attached = self.over = False
        self.attach_seconds = attach_seconds
        self.process = subprocess.Popen(
            [*prefix, "trace-reset", *command], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **streams)
        self.follow(self._listen)

    def follow(self, work):
        self.threads.append(threading.Thread(target=work, daemon=True))
        self.threads[-1].start()

    def __enter__(self):
        if not self.wait(lambda: self.attached or self.over, self.attach_seconds) or self.over:
            self.process.kill()
            raise RuntimeError(f"the trace did not begin: {' / '.join(self.said)}")
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()

    def wait(self, condition, seconds):
        with self.changed:
            return self.changed.wait_for(condition, seconds)

    def interrupt(self, seconds):
        """Ends it as Ctrl-C does; gives its exit code once all that it wrote is read."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(seconds)
        for thread in self.threads:
            thread.join()
        return self.process.returncode

    def _listen(self):
        for line in self.process.stderr:
            with self.changed:
                self.said.append(line.rstrip().removeprefix("trace-reset: "))
                self.attached |= self.said[-1].startswith("tracing ")
                self.changed.notify_all()
        with self.changed:
            self.over = True
            self.changed.notify_all()
