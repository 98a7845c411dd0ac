# SPDX-License-Identifier: MIT
"""A terminal in which a command runs, as far as `trace-reset top` uses one; another control sequence is a fault."""
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading

from net.waits import PATIENCE_SECONDS, until

CONTROL = re.compile(r"\x1b\[(\??[0-9;]*)([A-Za-z])|[\r\n]|[^\x1b\r\n]+", re.DOTALL)
ALTERNATE = "?1049"
# Colours and the cursor's look change no text.
IGNORED = {("?25", "l"), ("?25", "h"), ("?7", "l"), ("?7", "h")}


class Terminal:
    def __init__(self, columns, rows, command):
        self.columns, self.rows = columns, rows
        self.cells = self._blank()
        self.row = self.column = 0
        self.rest = ""
        self.faults = []
        master, slave = pty.openpty()
        self.master = master
        self._tell_size()
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                                        env={**os.environ, "TERM": "xterm-256color", "TZ": "UTC"})
        os.close(slave)
        self.lock = threading.Lock()
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def lines(self):
        with self.lock:
            return ["".join(row).rstrip() for row in self.cells]

    def shows(self, *texts, seconds=PATIENCE_SECONDS):
        """Returns the screen once all of it is there."""
        def there():
            lines = self.lines()
            return lines if all(any(text in line for line in lines) for text in texts) else None
        try:
            return until(there, f"{texts} on the screen", seconds)
        except TimeoutError as error:
            ended = self.process.poll()
            raise TimeoutError("\n".join((f"{error}; exit code {ended}", *self.faults, *self.lines()))) from error

    def press(self, keys):
        os.write(self.master, keys.encode())

    def resize(self, columns, rows):
        with self.lock:
            self.columns, self.rows = columns, rows
            self.cells = self._blank()
        self._tell_size()
        self.process.send_signal(signal.SIGWINCH)

    def end(self):
        """Waits for the command. Gives its exit code."""
        code = self.process.wait(timeout=120)
        self.reader.join()
        os.close(self.master)
        return code

    def _tell_size(self):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))

    def _blank(self):
        return [[" "] * self.columns for _ in range(self.rows)]

    def _read(self):
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:  # EIO: nobody has the other end any more
                return
            if not data:
                return
            with self.lock:
                self._take(self.rest + data.decode(errors="replace"))

    def _take(self, text):
        # A control sequence may come in two parts.
        cut = re.search(r"\x1b(\[[?0-9;]*)?$", text)
        self.rest = text[cut.start():] if cut else ""
        for match in CONTROL.finditer(text[:cut.start()] if cut else text):
            if match[2]:
                self._control(match[1], match[2])
            elif match[0] == "\r":
                self.column = 0
            elif match[0] == "\n":
                self._feed()
            else:
                self._write(match[0])

    def _feed(self):
        if self.row + 1 < self.rows:
            self.row += 1
        else:
            self.cells[:] = [*self.cells[1:], [" "] * self.columns]

    def _write(self, text):
        for character in text:
            self.cells[min(self.row, self.rows - 1)][min(self.column, self.columns - 1)] = character
            self.column += 1

    def _control(self, parameters, kind):
        if (parameters, kind) == (ALTERNATE, "h"):
            self.cells = self._blank()
        elif (parameters, kind) == (ALTERNATE, "l"):
            # What was there before is not kept: the size may be another one.
            self.cells = self._blank()
            self.row = self.column = 0
        elif kind == "H" and parameters == "":
            self.row = self.column = 0
        elif kind in "KJ" and parameters == "":
            row = self.cells[min(self.row, self.rows - 1)]
            row[self.column:] = [" "] * max(0, self.columns - self.column)
            if kind == "J":
                self.cells[self.row + 1:] = self._blank()[self.row + 1:]
        elif kind != "m" and (parameters, kind) not in IGNORED:
            self.faults.append(f"a control sequence that is not known: {parameters}{kind}")
