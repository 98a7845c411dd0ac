# SPDX-License-Identifier: MIT
"""Each step that this kernel has is made to happen, in both families, and must be seen, with its return in words."""
import re
import subprocess

from net.counters import arriving, counting
from net.host import KINDS, at, connection, family_of, send
from net.packets import Segment
from net.sockets import linger_zero, numbers
from net.waits import wait_closed_by_peer, wait_reset, wait_state
from probes.watch import Watch

PORTS = {kind: 8001 + 100 * index for index, kind in enumerate(KINDS)}
REJECTED = 8990

# Of which no more than a copy for function pointers may be left.
INLINED = ("ip_rcv_finish", "ip6_rcv_finish")

NOTHING, POINTER, NUMBER, TRUTH = r"", r"NULL|0x[0-9a-f]{16}", r"-?\d+", r"true|false"
DELIVERED = r"0|1|-1"
VALUES = {
    "ip_rcv": DELIVERED, "ip_rcv_core": POINTER, "ip_rcv_finish": DELIVERED, "ipv6_rcv": DELIVERED,
    "ip6_rcv_finish": DELIVERED,
    "tcp_v4_early_demux": r"[A-Z_]+|-?\d+", "ip_local_deliver": DELIVERED, "ip6_input": DELIVERED, "tcp_v4_rcv": r"0",
    "tcp_v6_rcv": r"0", "__inet_lookup_established": POINTER, "__inet6_lookup_established": POINTER,
    "__inet_lookup_listener": POINTER, "inet6_lookup_listener": POINTER, "tcp_v4_do_rcv": r"0", "tcp_v6_do_rcv": r"0",
    "tcp_rcv_state_process": r"\d+|[A-Z0-9_]+", "tcp_validate_incoming": TRUTH, "tcp_check_req": POINTER,
    "tcp_timewait_state_process": r"TCP_TW_\w+", "tcp_abort": NUMBER,
}


def catalogue():
    """Steps as trace-reset probes lists them: name -> the families, whether this kernel has it."""
    listed = subprocess.run(["trace-reset", "probes"], check=True, capture_output=True, text=True).stdout
    steps = {}
    for line in listed.partition("For --probe")[2].splitlines()[1:]:
        if line and line[0] in "+-":
            name = re.match(r"[+-][* ] (?:\w+:)?(\w+)", line)[1]
            steps[name] = {"here": line[0] == "+", "families": []}
        elif families := re.match(r"    IPv([46])(?:, IPv(6))?; costs", line):
            steps[name]["families"] = [int(family) for family in families.groups() if family]
    return steps


def test(client, server, tap, names=None):
    """`names`: of these steps alone."""
    # The step of netfilter is there only once its module is, so the rules come before the catalogue is asked.
    with server.reject(4, "INPUT", REJECTED), server.reject(6, "INPUT", REJECTED):
        steps = {name: step for name, step in catalogue().items() if names is None or name in names}
        here = [name for name, step in steps.items() if step["here"]]
        with Watch("--netns", str(server.inode), "--packets", "--probe", ",".join(here)) as watch:
            for kind in KINDS:
                provoke(client, server, kind)
            faults = watch.end()
    tap.result("a trace of every step that this kernel has", faults + lost(watch))
    for name, step in steps.items():
        for family in step["families"]:
            what = f"{name} in IPv{family}"
            if not step["here"]:
                tap.skip(what, "this kernel has it not")
            elif name in INLINED and not any(line["fn"] == name for line in watch.of("call")):
                tap.skip(what, "the compiler inlined it here")
            else:
                tap.result(what, judge(watch, name, family, client, server, tap))


def provoke(client, server, kind):
    for number, make in enumerate((orderly, reset_by_peer, reset_by_us, challenged, killed)):
        make(client, server, kind, PORTS[kind] + number)
    for port in (PORTS[kind] + 50, REJECTED):
        with client.socket(kind) as refused:
            if refused.connect_ex((at(kind, server.address(kind)), port)) == 0:
                raise AssertionError(f"port {port} answers")


def orderly(client, server, kind, port):
    """A connection as it should be, and a segment that comes for it in TIME_WAIT."""
    ours, theirs = connection(client, server, kind, port)
    ours.send(b"a question")
    theirs.recv(100)
    theirs.send(b"an answer")
    ours.recv(100)
    ends = packet_ends(client, server, kind, ours)
    theirs.close()
    wait_closed_by_peer(ours)
    ours.close()
    wait_state(server, ends[0], "TIME_WAIT")
    with arriving(server):
        send(client, server, Segment(*ends, "A", 1, 1))


def reset_by_peer(client, server, kind, port):
    ours, theirs = connection(client, server, kind, port)
    linger_zero(ours)
    ours.close()
    wait_reset(theirs)
    theirs.close()


def reset_by_us(client, server, kind, port):
    ours, theirs = connection(client, server, kind, port)
    linger_zero(theirs)
    theirs.close()
    wait_reset(ours)
    ours.close()


def challenged(client, server, kind, port):
    """A RST that is in the window, and not where it would be obeyed."""
    ours, theirs = connection(client, server, kind, port)
    seq, ack = numbers(ours)
    with counting(server, "TCPChallengeACK"):
        send(client, server, Segment(*packet_ends(client, server, kind, ours), "RA", seq + 100, ack))
    ours.close()
    theirs.close()


def killed(client, server, kind, port):
    """By an administrator, with ss -K."""
    ours, theirs = connection(client, server, kind, port)
    server.run("ss", "-K", "state", "established", "sport", "=", f":{port}", stdout=subprocess.DEVNULL)
    wait_reset(ours)
    ours.close()
    theirs.close()


def packet_ends(client, server, kind, sock):
    """Source and destination, (address, port) each, as the packets of a client's socket have them."""
    return (client.address(kind), sock.getsockname()[1]), (server.address(kind), sock.getpeername()[1])


def judge(watch, name, family, client, server, tap):
    """What is wrong with the calls of one step in one family, and with their returns."""
    calls = [line for line in watch.of("call") if line["fn"] == name and line["tuple"]["family"] == family]
    made = len(calls)
    if not calls:
        return ["it was not seen"]
    ends = {"saddr": client.addresses[family], "daddr": server.addresses[family], "netns": server.inode}
    ours = [port for kind, first in PORTS.items() if family_of(kind) == family for port in range(first, first + 100)]
    # A listener has no peer.
    calls = [call for call in calls if call["tuple"]["sport"] != 0 or call["segment"] is not None]
    faults = [f"a strange tuple: {call['tuple']} {call['location'] or ''}" for call in calls
              if any(call["tuple"][field] != value for field, value in ends.items())
              or call["tuple"]["dport"] not in [*ours, REJECTED] or call["tuple"]["sport"] < 1024]
    if name == "kfree_skb":
        return faults + [f"dropped nowhere: {call}" for call in calls if not call["location"]][:1]
    values = returns(watch, name, family)
    unpaired = made - len(values)
    tap.note(f"{name} in IPv{family}: {made} calls, {len(values)} returns: {' '.join(sorted(set(values)))[:100]}")
    wrong = sorted({value for value in values if not re.fullmatch(VALUES.get(name, NOTHING), value)})
    faults = faults[:3] + ([f"returned {wrong}"] if wrong else [])
    return faults + ([f"{unpaired} of {made} did not return"] if unpaired else [])


def returns(watch, name, family):
    """What the calls of a function returned: the last call of the same caller is the first to return."""
    inside, values = {}, []
    lines = [line for line in watch.observations if line["kind"] in ("call", "return") and line["fn"] == name]
    for line in sorted(lines, key=lambda line: (line["at"]["s"], line["at"]["ns"])):
        stack = inside.setdefault(line["who"], [])
        if line["kind"] == "call":
            stack.append(line["tuple"]["family"])
        elif stack and stack.pop() == family:
            values.append(line["value"])
    return values


def lost(watch):
    return [f"{watch.losses()} lines were lost"] if watch.losses() else []
