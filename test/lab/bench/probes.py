# SPDX-License-Identifier: MIT
"""What the probes cost a packet: `probes.py MESSAGES`, as root, MESSAGES the program that messages.c is.

Prints a line of JSON for each way to watch: the packets, the seconds, and the nanoseconds in BPF programs by the kernel's
own account (kernel.bpf_stats_enabled; run_time_ns in /proc/PID/fdinfo), the least of many short runs: a busy machine
lengthens most of them.
"""
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from net.host import Host, join, setting  # noqa: E402
from net.waits import STATES, states, until  # noqa: E402

# So many that the beginning and the end of the connection, which every trace tells of, weigh nothing.
COUNT, RUNS, PORT = 2000, 20, 9501

# Both ends on one CPU: to wake another one is the dearest part of a message under emulation.
PINNED = ["taskset", "1"]
OTHER_PORT, OTHER_ADDRESS = 9, "203.0.113.9"

# By hand, what counts the packets that the same filter selects.
BY_HAND = """kprobe:tcp_v4_rcv, kprobe:tcp_v6_rcv {
  $skb = (struct sk_buff *)arg0;
  %s
}"""
BY_PORT = BY_HAND % """$th = (struct tcphdr *)($skb->head + $skb->transport_header);
  if (bswap($th->dest) == %d) { @ = count(); }"""
BY_ADDRESS = BY_HAND % """$ip = (struct iphdr *)($skb->head + $skb->network_header);
  if ($ip->version == 4 && $ip->saddr == 0x097100cb) { @ = count(); }"""


def main(messages):
    setting("kernel.bpf_stats_enabled").write_text("1\n")
    client, server = Host("client"), Host("server")
    join(client, server)
    address = server.address()
    answering = subprocess.Popen(["ip", "netns", "exec", server.name, *PINNED, messages, address, str(PORT)])
    until(lambda: STATES["LISTEN"] in states(server, PORT), "the server listens")
    try:
        for name, command in ways():
            if command is not None and shutil.which(command[0]) is None:
                continue
            print(json.dumps({"name": name, **measure(command, lambda: ask(client, messages, address), server)}), flush=True)
    finally:
        answering.kill()


def ways():
    tool = ["trace-reset", "--ehash", "off"]
    return [
        ("none", None),
        ("--light", [*tool, "--light", "--dport", str(OTHER_PORT)]),
        ("another port, by hand", ["bpftrace", "-e", BY_PORT % OTHER_PORT]),
        ("another port", [*tool, "--dport", str(OTHER_PORT)]),
        ("another address, by hand", ["bpftrace", "-e", BY_ADDRESS]),
        ("another address", [*tool, "--saddr", OTHER_ADDRESS]),
        ("this port, by hand", ["bpftrace", "-e", BY_PORT % PORT]),
        ("this port", [*tool, "--dport", str(PORT)]),
        ("another port, tcpdump", ["tcpdump", "-i", "to-client", "-w", "/dev/null", "tcp", "dst", "port", str(OTHER_PORT)]),
        ("this port, tcpdump", ["tcpdump", "-i", "to-client", "-w", "/dev/null", "tcp", "dst", "port", str(PORT)]),
    ]


def measure(command, work, server):
    if command is None:
        return {"packets": 2 * COUNT, "seconds": min(work() for _ in range(RUNS)), "bpf": 0, "programs": 0}
    inside = ["ip", "netns", "exec", server.name] if command[0] == "tcpdump" else []
    before = {entry["id"] for entry in programs()}
    watcher = subprocess.Popen([*inside, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        ready(watcher, before)
        seconds, spent = [], []
        for _ in range(RUNS):
            begun = account(before)
            seconds.append(work())
            spent.append(account(before) - begun)
        return {"packets": 2 * COUNT, "seconds": min(seconds), "bpf": min(spent),
                "programs": len([entry for entry in programs() if entry["id"] not in before])}
    finally:
        watcher.send_signal(signal.SIGINT)
        watcher.communicate(timeout=120)


def ready(watcher, before):
    for line in watcher.stdout:
        if any(word in line for word in (b"tracing ", b"Attach", b"listening on")):
            break
    else:
        raise RuntimeError("it did not begin")
    # bpftrace says how many probes it attaches before it does.
    if attaching := re.search(rb"Attach\w+ (\d+) probes", line):
        until(lambda: len({entry["id"] for entry in programs()} - before) >= int(attaching[1]), "all probes attach")


def account(before):
    return sum(entry["run_time_ns"] for entry in programs() if entry["id"] not in before)


def programs():
    """The BPF programs that any process has open, by the kernel's account of each."""
    found = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/fdinfo/*"):
        try:
            text = path.read_text()
        except OSError:
            continue
        if "prog_id" in text and "run_time_ns" in text:
            fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
            found[fields["prog_id"].strip()] = int(fields["run_time_ns"])
    return [{"id": number, "run_time_ns": spent} for number, spent in found.items()]


def ask(client, messages, address):
    done = client.run(*PINNED, messages, address, str(PORT), str(COUNT), capture_output=True, text=True)
    return int(done.stdout) / 1e9


if __name__ == "__main__":
    main(sys.argv[1])
