# SPDX-License-Identifier: MIT
"""What watching costs a packet: nanoseconds in BPF programs by the kernel's own account (kernel.bpf_stats_enabled), and in
all, the least of many short runs: a busy machine lengthens most of them."""
import subprocess

from bench.watcher import each, programs, watching
from net.host import setting
from net.waits import STATES, states, until

# So many that the beginning and the end of the connection, which every trace tells of, weigh nothing.
COUNT, RUNS, PORT = 2000, 10, 9501

# Both ends on one CPU: to wake another one is the dearest part of a message under emulation.
PINNED = ["taskset", "1"]
OTHER_PORT = 9

# By hand, what counts the packets that the same filter selects.
BY_HAND = """kprobe:tcp_v4_rcv, kprobe:tcp_v6_rcv {
  $skb = (struct sk_buff *)arg0;
  $th = (struct tcphdr *)($skb->head + $skb->transport_header);
  if (bswap($th->dest) == %d) { @ = count(); }
}"""


def measure(client, server, messages, pwru):
    """Gives a row for each way to watch."""
    setting("kernel.bpf_stats_enabled").write_text("1\n")
    address = server.address()
    answering = subprocess.Popen(["ip", "netns", "exec", server.name, *PINNED, messages, address, str(PORT)])
    until(lambda: STATES["LISTEN"] in states(server, PORT), "the server listens")
    try:
        yield from each(ways(server, pwru), lambda command: spent(command, lambda: ask(client, messages, address)))
    finally:
        answering.kill()
        setting("kernel.bpf_stats_enabled").write_text("0\n")


def ways(server, pwru):
    tool = ["trace-reset", "--ehash", "off"]
    inside = ["ip", "netns", "exec", server.name]
    rows = [("none", None), ("default", tool), ("--dport, of these packets", [*tool, "--dport", str(PORT)])]
    for what, port in (("of other packets", OTHER_PORT), ("of these packets", PORT)):
        rows += [
            (f"--packets --dport, {what}", [*tool, "--packets", "--dport", str(port)]),
            (f"pwru, {what}", [pwru, f"tcp and port {port}"]),
            (f"a line of bpftrace, {what}", ["bpftrace", "-e", BY_HAND % port]),
            (f"tcpdump, {what}", [*inside, "tcpdump", "-i", "to-client", "-w", "/dev/null", "tcp", "port", str(port)]),
        ]
    return rows


def spent(command, work):
    before = set(programs())
    with watching(command):
        seconds, bpf = [], []
        for _ in range(RUNS):
            begun = account(before)
            seconds.append(work())
            bpf.append(account(before) - begun)
        return {"packets": 2 * COUNT, "seconds": min(seconds), "bpf": min(bpf), "programs": len(set(programs()) - before)}


def account(before):
    return sum(spent for number, spent in programs().items() if number not in before)


def ask(client, messages, address):
    done = client.run(*PINNED, messages, address, str(PORT), str(COUNT), capture_output=True, text=True)
    return int(done.stdout) / 1e9
