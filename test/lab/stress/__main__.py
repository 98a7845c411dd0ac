# SPDX-License-Identifier: MIT
"""Stresses tcphash.ko in the guest; run by test/lab/stress.ts.

    python3 test/lab/stress HAMMER MODULE.ko ROUNDS LOOKUPS LINES NETNS SECONDS

Each part ends after its count or after SECONDS, whichever comes first, and prints what it reached; /out gets these
figures and the whole kernel log. Exits 1 when something is wrong: a bad answer, a reference that was kept, a complaint in
the kernel log, or a taint other than that of an unsigned module from outside (any WARN leaves one, even one that was
overwritten in the log).
"""
import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from kmod.device import Session, kernel_log  # noqa: E402
from net.host import Host  # noqa: E402
from net.tap import Tap  # noqa: E402
from net.waits import comes  # noqa: E402

PORT = 7000
SLABS = "TCP", "TCPv6", "tw_sock_TCP", "tw_sock_TCPv6", "request_sock_TCP", "request_sock_TCPv6"
TROUBLE = ("WARNING", "BUG", "Oops", "Call Trace", "leak", "refcount", "suspicious RCU", "soft lockup", "hung task",
           "blocked for more than", "rcu_sched", "rcu_preempt", "stall", "KASAN", "KFENCE", "UBSAN", "use-after-free",
           "corrupt", "general protection", "scheduling while atomic", "sleeping function", "lockdep", "lock state",
           "locking dependency", "unregister_netdevice")
# Documentation/admin-guide/tainted-kernels.rst: O, out of tree, and E, unsigned.
KMEMLEAK = pathlib.Path("/sys/kernel/debug/kmemleak")
TAINTS = 1 << 12 | 1 << 13
tap = Tap(open("/out/figures.txt", "w"))


def report(part, good, **counts):
    told = " ".join(f"{key}={value}" for key, value in counts.items())
    tap.result(f"{part}: {told}", [] if good else ["it does not hold"])


def hammer(*arguments):
    return [program, *map(str, arguments)]


class Churn:
    """A network namespace full of connections that come and go."""
    def __init__(self, idle):
        self.netns = Host("churn")
        with self.netns.inside():
            self.child = subprocess.Popen(hammer("churn", PORT, idle), stdout=subprocess.PIPE, text=True)
        assert self.child.stdout.readline() == "ready\n"

    def stop(self):
        self.child.kill()
        self.child.wait()
        self.netns.remove()


def lookup(churn):
    return f"lookup family=4 saddr=127.0.0.1 sport=20000 daddr=127.0.0.1 dport={PORT} netns={churn.netns.inode}"


def start_ask(threads, count, seconds, netns):
    return subprocess.Popen(hammer("ask", threads, count, seconds, PORT, netns), stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def finish(child):
    out, err = child.communicate()
    return (json.loads(out) if child.returncode == 0 else {}), err


def load():
    subprocess.run(["insmod", module], check=True)


def unload():
    return subprocess.run(["rmmod", "tcphash"], capture_output=True, text=True).returncode == 0


def sockets():
    """All there are in all network namespaces, exactly: alloc and orphan of sockstat, and the slabs."""
    words = next(line for line in open("/proc/net/sockstat") if line.startswith("TCP:")).split()
    counts = {"alloc": int(words[words.index("alloc") + 1]), "orphan": int(words[words.index("orphan") + 1])}
    for slab in SLABS:
        path = pathlib.Path(f"/sys/kernel/slab/{slab}/shrink")
        if path.exists():
            path.write_text("1")  # without this, free objects in per-CPU slabs count as used
    for line in open("/proc/slabinfo"):
        name, active, *_ = line.split()
        if name in SLABS:
            counts[name] = int(active)
    return counts


def at_rest():
    """As before it all began. Netns die in a work queue, and their last sockets in RCU."""
    return comes(lambda: all(count <= nothing.get(name, 0) for name, count in sockets().items()))


def users():
    return int(pathlib.Path("/sys/module/tcphash/refcnt").read_text())


def load_unload(rounds, seconds):
    """Refused while anybody has it open, and tried on and on while the threads end, so that it meets their last close."""
    churn, before, done, busy, asked = Churn(100), time.monotonic(), 0, 0, 0
    while done < rounds and time.monotonic() - before < seconds:
        load()
        session = Session()
        child = start_ask(4, 1000, seconds, churn.netns.inode)
        comes(lambda: users() == 5 or child.poll() is not None)
        busy += not unload()
        session.close()
        gone = comes(unload)
        counts, error = finish(child)
        asked += counts.get("asked", 0)
        if error or not gone:
            tap.note(error or "it stays loaded")
            break
        done += 1
    churn.stop()
    good = 0 < done == busy and (done == rounds or time.monotonic() - before >= seconds)
    report("load and unload", good and not os.path.exists("/sys/module/tcphash"), rounds=done, refused_while_open=busy,
           lookups=asked, seconds=round(time.monotonic() - before))


def look_up(count, seconds):
    start = time.monotonic()
    churn = Churn(2000)
    load()
    counts, error = finish(start_ask(4, count, seconds, churn.netns.inode))
    elapsed = time.monotonic() - start
    churn.stop()
    session = Session()
    gone = comes(lambda: session.ask(lookup(churn)).get("code") == "ENOENT")
    session.close()
    rest = at_rest()
    good = bool(counts) and not error and gone and rest and counts["asked"] > 0
    report("look-ups", good, seconds=round(elapsed), **counts)
    report("netns gone, sockets at rest", gone and rest, **sockets())
    if error:
        tap.note(error)


def mutate(count, seconds):
    start, seed = time.monotonic(), time.time_ns()
    child = subprocess.Popen(hammer("mutate", count, seconds, seed), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True)
    counts, error = finish(child)
    report("random and mutated lines", bool(counts) and not error, seconds=round(time.monotonic() - start), **counts,
           seed=seed)
    if error:
        tap.note(error)


def destroy_netns(count, seconds):
    start, done = time.monotonic(), 0
    while done < count and time.monotonic() - start < seconds:
        churn = Churn(20)
        child = start_ask(2, 1 << 40, 600, churn.netns.inode)
        session = Session()
        line = lookup(churn)
        comes(lambda: session.ask(line)["status"] == "ok")
        churn.stop()
        gone = comes(lambda: session.ask(line).get("code") == "ENOENT")
        session.close()
        child.kill()
        child.communicate()
        if not gone:
            break
        done += 1
    rest = at_rest()
    report("netns destroyed under look-ups", done > 0 and gone and rest, netns=done,
           seconds=round(time.monotonic() - start))


def leaked():
    """What kmemleak, in a kernel that has it, finds to be of nobody. It says nothing of what is younger than five seconds."""
    if not KMEMLEAK.exists():
        return ""
    for _ in range(2):
        KMEMLEAK.write_text("scan")
        time.sleep(6)
    KMEMLEAK.write_text("scan")
    return KMEMLEAK.read_text()


def tainted():
    return int(pathlib.Path("/proc/sys/kernel/tainted").read_text())


def new_messages():
    """Those since kmsg was opened, and how often it had to skip some that were overwritten meanwhile."""
    messages, lost = [], 0
    while True:
        try:
            messages.append(os.read(kmsg, 8192).decode(errors="replace"))
        except BrokenPipeError:
            lost += 1
        except BlockingIOError:
            return messages, lost


program, whole = sys.argv[1:3]
# Most of the file is debug information, and insmod reads all of it in every round.
module = "/tmp/tcphash.ko"
subprocess.run(["strip", "--strip-debug", "-o", module, whole], check=True)
rounds, lookups, lines, netns, seconds = map(int, sys.argv[3:8])
pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("30000 60999")
kmsg = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
os.lseek(kmsg, 0, os.SEEK_END)
if leaked():
    KMEMLEAK.write_text("clear")  # what the kernel itself lost before
nothing = sockets()
tainted_before = tainted()
table = next(line for line in kernel_log() if "TCP established hash table entries" in line)
tap.note(f"Linux {os.uname().release}, {table.split(';', 1)[1].split(' (')[0]}")

load_unload(rounds, seconds)
look_up(lookups, seconds)
mutate(lines, seconds)
destroy_netns(netns, seconds)
report("unloads", unload())
if KMEMLEAK.exists():
    left = leaked()
    report("no memory is of nobody", left == "", objects=left.count("unreferenced object"))
    tap.note(left)
log, lost = new_messages()
trouble = [line for line in log if any(word in line for word in TROUBLE)]
report("kernel log", not trouble and not lost, lines=len(log), lost=lost, complaints=len(trouble))
report("taints", not tainted() & ~(TAINTS | tainted_before), before=tainted_before, after=tainted())
if trouble:
    tap.note("".join(trouble))
with open("/out/dmesg.txt", "w") as file:
    file.writelines(kernel_log())
sys.exit(tap.end())
