# SPDX-License-Identifier: MIT
"""Stresses tcphash.ko in the guest; run by test/lab/stress.ts.

    python3 test/lab/stress HAMMER MODULE.ko ROUNDS LOOKUPS LINES NETNS SECONDS

Each part ends after its count or after SECONDS, whichever comes first, and prints what it reached. Exits 1 when
something is wrong: a bad answer, a reference that was kept, or a complaint in the kernel log.
"""
import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "kmod"))
from harness import Netns, Session, kernel_log, until  # noqa: E402

PORT = 7000
SLABS = "TCP", "TCPv6", "tw_sock_TCP", "request_sock_TCP"
TROUBLE = ("WARNING", "BUG", "Oops", "Call Trace", "leak", "refcount", "suspicious RCU", "soft lockup", "hung task",
           "rcu_sched", "rcu_preempt", "stall", "KASAN", "unregister_netdevice")
failures = 0


def report(part, good, **counts):
    global failures
    failures += not good
    print(f"{'ok' if good else 'not ok'} - {part}: " + " ".join(f"{key}={value}" for key, value in counts.items()), flush=True)


def hammer(*arguments):
    return [program, *map(str, arguments)]


class Churn:
    """A network namespace full of connections that come and go."""
    def __init__(self, idle):
        self.netns = Netns()
        with self.netns.inside():
            self.child = subprocess.Popen(hammer("churn", PORT, idle), stdout=subprocess.PIPE, text=True)
        assert self.child.stdout.readline() == "ready\n"

    def stop(self):
        self.child.kill()
        self.child.wait()
        os.close(self.netns.fd)


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
    return until(lambda: all(count <= nothing.get(name, 0) for name, count in sockets().items()))


def load_unload(rounds, seconds):
    churn, before, done, busy, asked = Churn(100), time.monotonic(), 0, 0, 0
    while done < rounds and time.monotonic() - before < seconds:
        load()
        child = start_ask(4, 1000, seconds, churn.netns.inode)
        session = Session()
        busy += not unload()
        session.close()
        counts, error = finish(child)
        asked += counts.get("asked", 0)
        if error or not until(lambda: not os.path.exists("/sys/module/tcphash") or unload()):
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
    gone = until(lambda: session.ask(lookup(churn)).get("code") == "ENOENT")
    session.close()
    rest = at_rest()
    good = bool(counts) and not error and gone and rest and counts["asked"] > 0
    report("look-ups", good, seconds=round(elapsed), **counts)
    report("netns gone, sockets at rest", gone and rest, **sockets())
    if error:
        print(error)


def mutate(count, seconds):
    start = time.monotonic()
    child = subprocess.Popen(hammer("mutate", count, seconds, time.time_ns()), stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
    counts, error = finish(child)
    report("random and mutated lines", bool(counts) and not error, seconds=round(time.monotonic() - start), **counts)
    if error:
        print(error)


def destroy_netns(count, seconds):
    start, done = time.monotonic(), 0
    while done < count and time.monotonic() - start < seconds:
        churn = Churn(20)
        child = start_ask(2, 1 << 40, 600, churn.netns.inode)
        session = Session()
        line = lookup(churn)
        until(lambda: session.ask(line)["status"] == "ok")
        churn.stop()
        gone = until(lambda: session.ask(line).get("code") == "ENOENT")
        session.close()
        child.kill()
        child.communicate()
        if not gone:
            break
        done += 1
    rest = at_rest()
    report("netns destroyed under look-ups", done > 0 and gone and rest, netns=done,
           seconds=round(time.monotonic() - start))


program, whole = sys.argv[1:3]
# Most of the file is debug information, and insmod reads all of it in every round.
module = "/tmp/tcphash.ko"
subprocess.run(["strip", "--strip-debug", "-o", module, whole], check=True)
rounds, lookups, lines, netns, seconds = map(int, sys.argv[3:8])
pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("30000 60999")
logged = len(kernel_log())
nothing = sockets()

load_unload(rounds, seconds)
look_up(lookups, seconds)
mutate(lines, seconds)
destroy_netns(netns, seconds)
report("unloads", unload())
log = kernel_log()[logged:]
trouble = [line for line in log if any(word in line for word in TROUBLE)]
report("kernel log", not trouble, lines=len(log), complaints=len(trouble))
print("".join(trouble), end="")
with open("/out/dmesg.txt", "w") as file:
    file.writelines(kernel_log())
sys.exit(1 if failures else 0)
