# SPDX-License-Identifier: MIT
"""Lines, errors, buffers, and what a file is."""
import ctypes
import errno
import os
import shutil
import subprocess

from kmod.device import DEVICE, GOOD, GOOD6, Session, check, fails, has, tap
from net.sockets import LIBC

MALFORMED = [  # line, column, what
    ("", 1, "empty request"),
    ("   ", 4, "empty request"),
    ("dump", 1, "unknown request"),
    ("lists", 1, "unknown request"),
    ("Lookup family=4", 1, "unknown request"),
    ("versions", 1, "unknown request"),
    ("version family=4", 9, "unknown key"),
    ("lookup", 7, "missing key family"),
    ("lookup family=4", 16, "missing key saddr"),
    (GOOD[:-8], len(GOOD) - 7, "missing key dport"),
    (GOOD + " colour=red", len(GOOD) + 2, "unknown key"),
    (GOOD + " =1", len(GOOD) + 2, "unknown key"),
    (GOOD + " netns", len(GOOD) + 2, "not key=value"),
    (GOOD + " dport=2", len(GOOD) + 2, "key given twice"),
    (GOOD + " netns=", len(GOOD) + 8, "bad number"),
    (GOOD + " netns=-1", len(GOOD) + 8, "bad number"),
    (GOOD + " netns=+1", len(GOOD) + 8, "bad number"),
    (GOOD + " netns=0x10", len(GOOD) + 9, "bad number"),
    (GOOD + " netns=4294967296", len(GOOD) + 8, "number too large"),
    (GOOD + " netns=99999999999999999999999999", len(GOOD) + 8, "number too large"),
    (GOOD + " dif=2147483648", len(GOOD) + 6, "number too large"),
    (GOOD + " sdif=a", len(GOOD) + 7, "bad number"),
    (GOOD + " id=", len(GOOD) + 5, "id is 1 to 32 characters"),
    (GOOD + " id=" + "x" * 33, len(GOOD) + 5, "id is 1 to 32 characters"),
    (GOOD + " id=a/b", len(GOOD) + 6, "bad character in id"),
    (GOOD.replace("sport=1", "sport=65536"), 39, "number too large"),
    (GOOD.replace("sport=1", "sport=1x"), 40, "bad number"),
    (GOOD.replace("family=4", "family=5"), 15, "family is 4 or 6"),
    (GOOD.replace("family=4", "family=inet"), 15, "family is 4 or 6"),
    (GOOD.replace("192.0.2.1", "192.0.2"), 23, "bad address"),
    (GOOD.replace("192.0.2.1", "192.0.2.256"), 23, "bad address"),
    (GOOD.replace("192.0.2.1", "192.0.2.1x"), 23, "bad address"),
    (GOOD.replace("192.0.2.1", "192.0.2.1.1"), 23, "bad address"),
    (GOOD.replace("192.0.2.1", "localhost"), 23, "bad address"),
    (GOOD.replace("192.0.2.1", ""), 23, "bad address"),
    (GOOD.replace("192.0.2.1", "2001:db8::1"), 23, "IPv6 address, but family=4"),
    (GOOD.replace("family=4", "family=6"), 23, "not an IPv6 address, but family=6"),
    (GOOD6.replace("2001:db8::1", "2001:db8::1::2"), 23, "bad address"),
    (GOOD6.replace("2001:db8::1", "2001:db8"), 23, "bad address"),
    (GOOD6.replace("2001:db8::1", "2001:db8::12345"), 23, "bad address"),
    (GOOD6.replace("2001:db8::1", "fe80::1%lo"), 23, "bad address"),
    (GOOD6.replace("2001:db8::1", ""), 23, "bad address"),
    (GOOD6.replace("2001:db8::1", "::ffff:192.0.2.1"), 23, "v4-mapped address: ask with family=4"),
    (GOOD.replace(" sport", "\tsport"), 32, "not printable ASCII"),
    (GOOD + "\r", len(GOOD) + 1, "not printable ASCII"),
    (GOOD + "\0", len(GOOD) + 1, "not printable ASCII"),
    (GOOD + " id=\xe9", len(GOOD) + 5, "not printable ASCII"),
]


def check_errors(session):
    for line, column, what in MALFORMED:
        has(f"malformed {line!r}", session.ask(line), status="error", code="EINVAL", column=column, what=what)
    has("an error has the id too", session.ask("lookup colour=red id=me family=4"), status="error", id="me", column=8)
    check("an id that is no id is not given back", "id" not in session.ask("lookup id=a\x1bb"))
    has("no such netns", session.ask(GOOD + " netns=1 id=n"), status="error", id="n", code="ENOENT",
        column=len(GOOD) + 8, what="no such netns")
    has("a line of 256 bytes", session.ask(GOOD + " " * (256 - len(GOOD))), status="ok")
    for length in 257, 300, 100_000:
        has(f"a line of {length} bytes", session.ask("x" * length), status="error", code="EMSGSIZE", column=257,
            what="line too long")
    has("many spaces are one", session.ask("  version   id=v  "), status="ok", id="v", version="0.2.0", protocol=1)


def check_session(session):
    check("version", session.lines("version\n") == ["ok version=0.2.0 protocol=1"])
    check("nothing asked, nothing to read", session.read() == "")
    answers = session.lines("".join(f"version id={n}\n" for n in range(100)))
    check("100 lines in one write, answers in order", answers == [f"ok id={n} version=0.2.0 protocol=1" for n in range(100)])
    for part in "ver", "sion", " id=", "joined":
        session.write(part)
        assert session.read() == ""
    check("a line in five writes", session.lines("\n") == ["ok id=joined version=0.2.0 protocol=1"])
    check("a line and a half", session.lines("version\nvers") == ["ok version=0.2.0 protocol=1"])
    check("and the other half", session.lines("ion id=half\n") == ["ok id=half version=0.2.0 protocol=1"])
    session.write("version\n")
    check("read byte by byte", "".join(iter(lambda: session.read(1), "")) == "ok version=0.2.0 protocol=1\n")

    requests = "".join(f"version id={n}\n" for n in range(4000))
    written = session.write(requests)
    check("a full buffer ends the write after a whole line",
          0 < written < len(requests) and requests[written - 1] == "\n", written)
    check("more than 60000 bytes of answers fit", written > 0)
    fails("and the next fails with ENOSPC", errno.ENOSPC, lambda: session.write(requests[written:]))
    session.write("ver")
    fails("so does the end of a line", errno.ENOSPC, lambda: session.write("sion id=end\n"))
    answers = session.read().splitlines()
    count = requests[:written].count("\n")
    check("every line taken is answered", [a.split()[1] for a in answers] == [f"id={n}" for n in range(count)], len(answers))
    check("the part taken before is kept, the part refused is not",
          session.lines("sion id=again\n") == ["ok id=again version=0.2.0 protocol=1"])
    rest = requests[written:]
    got = []
    while rest:
        rest = rest[session.write(rest):]
        got += session.read(700).splitlines(keepends=True)
    got += session.read().splitlines(keepends=True)
    ids = "".join(got).splitlines()
    check("the rest, reading a little at a time", len(ids) == 4000 - count and ids[-1].startswith("ok id=3999 "), len(ids))

    other = Session()
    other.write("version id=other\n")
    session.write("version id=mine\n")
    check("each open file has its own answers", "id=mine" in session.read() and "id=other" in other.read())
    other.close()
    fails("no seeking", errno.ESPIPE, lambda: os.lseek(session.fd, 0, os.SEEK_SET))
    fails("no pread", errno.ESPIPE, lambda: os.pread(session.fd, 10, 0))
    fails("no pwrite", errno.ESPIPE, lambda: os.pwrite(session.fd, b"version\n", 0))
    os.set_blocking(session.fd, False)
    check("O_NONBLOCK changes nothing", session.read() == "" and session.lines("version\n") != [])
    os.set_blocking(session.fd, True)
    bad = LIBC.write(session.fd, ctypes.c_void_p(8), ctypes.c_size_t(10))
    check("a bad address is EFAULT", bad == -1 and ctypes.get_errno() == errno.EFAULT)
    has("and leaves no trace", session.ask("version"), status="ok")


def check_shell():
    script = f'exec 3<>{DEVICE}; echo "version id=sh" >&3; read -r line <&3; echo "$line"; ' \
             f'echo "{GOOD}" >&3; read -r line <&3; echo "$line"'
    for shell in "bash", "dash":
        if not shutil.which(shell):
            tap.skip(f"a {shell} session", "not here")
            continue
        ran = subprocess.run([shell, "-c", script], capture_output=True, text=True)
        lines = ran.stdout.splitlines()
        check(f"a {shell} session", len(lines) == 2 and lines[0] == "ok id=sh version=0.2.0 protocol=1"
              and " found=none " in lines[1], ran)
