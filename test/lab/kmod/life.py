# SPDX-License-Identifier: MIT
"""The module under churn, and how it comes and goes."""
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from kmod.device import CLIENT4, DEVICE, GOOD, SERVER4, Session, check, ended_well, has, lookup_text, parse, start
from net.sockets import disconnect, linger_zero
from net.waits import PATIENCE_SECONDS, comes


def check_concurrent(client, server):
    """Four askers over one tuple each while its sockets come and go."""
    listener = server.listen(backlog=64)
    port = listener.getsockname()[1]
    stop_read, stop_write = os.pipe()

    def churn():
        os.close(stop_write)
        os.set_blocking(stop_read, False)
        while True:
            with contextlib.suppress(BlockingIOError):
                if os.read(stop_read, 1) == b"":
                    return True
            with client.inside():
                sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            linger_zero(sock)
            sock.bind((CLIENT4, 41000))
            with contextlib.suppress(OSError):
                sock.connect((SERVER4, port))
                listener.accept()[0].close()
            sock.close()

    def askers(n):
        os.close(stop_write)
        own, seen = Session(), set()
        batch = "".join(lookup_text((CLIENT4, 41000), (SERVER4, port), netns=server.inode, id=f"{n}.{i}") + "\n"
                        for i in range(20))
        end, rounds = time.monotonic() + PATIENCE_SECONDS, 0
        # On a busy machine a tuple may stay as it is for long.
        while rounds < 50 or (len(seen) < 2 and time.monotonic() < end):
            rounds += 1
            answers = [parse(line) for line in own.lines(batch)]
            if [a["id"] for a in answers] != [f"{n}.{i}" for i in range(20)] or {a["status"] for a in answers} != {"ok"}:
                return False
            seen |= {a["found"] for a in answers}
        return len(seen) > 1 and seen <= {"established", "timewait", "request", "listener"}

    churning, *asking = [start(action) for action in (churn, *(lambda n=n: askers(n) for n in range(4)))]
    good = [ended_well(pid) for pid in asking]
    os.close(stop_write)
    os.close(stop_read)
    good.append(ended_well(churning))
    check("four askers, 4000 look-ups, sockets coming and going", all(good), good)
    listener.close()


def check_flipping(session, server):
    """A socket that listens, is disconnected, connects and listens again takes its node of the table along."""
    with server.inside():
        calm, flipping = socket.socket(), socket.socket()
    calm.bind((SERVER4, 0))
    calm.listen(64)
    # A port that the kernel chose would be lost with each disconnect.
    end, port = calm.getsockname(), 7001
    flipping.bind((SERVER4, port))

    def flip():
        while os.getppid() == asker:
            flipping.listen(4)
            disconnect(flipping)
            with contextlib.suppress(OSError):
                flipping.connect(end)
                calm.accept()[0].close()
            disconnect(flipping)

    asker = os.getpid()
    pid = start(flip)
    line = lookup_text((CLIENT4, 1), (SERVER4, port), netns=server.inode, near=1)
    batch, found, wrong = (line + "\n") * 20, set(), []
    last, rounds = time.monotonic() + PATIENCE_SECONDS, 0
    while not wrong and (rounds < 200 or (len(found) < 2 and time.monotonic() < last)):
        rounds += 1
        answers = [parse(text) for text in session.lines(batch)]
        found |= {answer["found"] for answer in answers}
        wrong += [answer for answer in answers if answer["found"] not in ("listener", "none")]
        kinds = [entry["found"] for entry in session.list(netns=server.inode)]
        listeners = kinds[kinds.index("listener"):] if "listener" in kinds else []
        if not 1 <= len(listeners) <= 2 or set(listeners) != {"listener"}:
            wrong.append(kinds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    check("a look-up finds it listening or not at all", found == {"listener", "none"} and not wrong, (found, wrong))
    for sock in calm, flipping:
        sock.close()


def check_gone(session, client, server):
    """A look-up that kept a socket or a netns would keep the veth pair too."""
    line = GOOD + f" netns={client.inode}"
    has("the client's netns is there", session.ask(line), status="ok")
    client.remove()
    check("closed, it is gone at once", comes(lambda: session.ask(line).get("code") == "ENOENT"), session.ask(line))
    with server.inside():
        check("with all it held", comes(lambda: "to-client" not in [name for _, name in socket.if_nameindex()]))
    server.remove()


def check_unload(session, module):
    fails_to_unload = subprocess.run(["rmmod", "tcphash"], capture_output=True, text=True)
    check("an open file keeps the module", fails_to_unload.returncode != 0 and os.path.exists(DEVICE), fails_to_unload)
    session.close()
    for turn in "unloads", "loads and unloads again":
        done = subprocess.run(["rmmod", "tcphash"], capture_output=True, text=True)
        check(turn, done.returncode == 0 and not os.path.exists("/sys/module/tcphash"), done)
        if turn == "unloads":
            subprocess.run(["insmod", module], check=True)


def build():
    directory = tempfile.mkdtemp(prefix="tcphash.")
    source = pathlib.Path(__file__).resolve().parents[2] / "kmod"
    shutil.copytree(source, f"{directory}/kmod")
    made = subprocess.run(["make", "-C", f"{directory}/kmod"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    check(f"builds for {os.uname().release}", made.returncode == 0, made.stdout)
    check("without a warning", "warning:" not in made.stdout, made.stdout)
    if made.returncode:
        sys.exit(1)
    return f"{directory}/kmod/tcphash.ko"
