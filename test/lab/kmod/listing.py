# SPDX-License-Identifier: MIT
"""The listing: of the device, and of dump=1 in the kernel log."""
import os
import socket
import subprocess

from kmod.device import CLIENT4, SERVER4, SERVER6, check, half_close, has, in_child, kernel_log, lookup_text
from net.host import Host


def check_list(session, client, server):
    sockets = []
    for address, family in ((SERVER4, 4), (SERVER6, 6), (SERVER4, 6)):
        listener = server.listen(kind=family, address="::" if family == 6 else SERVER4,
                          options=[(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)] if family == 6 else [])
        for _ in range(10):
            near = client.connect((address, listener.getsockname()[1]))
            far, _ = listener.accept()
            sockets += [near, far]
        sockets.append(listener)
    gone = client.connect((SERVER4, sockets[20].getsockname()[1]))
    peer, _ = sockets[20].accept()
    gone_line = lookup_text(gone.getpeername(), gone.getsockname(), netns=client.inode)
    half_close(session, gone, gone_line)

    entries = session.list(netns=server.inode)
    found = [entry["found"] for entry in entries]
    # Of other checks TIME_WAIT may be left.
    check("list: every socket of the netns", found.count("established") == 31 and found.count("listener") == 3, found)
    check("list: listeners last", found[-3:] == ["listener"] * 3, found)
    mapped = [entry for entry in entries if entry["found"] == "established" and entry["family"] == "6"
              and entry["saddr"] == CLIENT4]
    check("list: v4-mapped with IPv4 addresses", len(mapped) == 10, mapped)
    entries = session.list(netns=client.inode)
    check("list: mini-sockets too", "timewait" in [entry["found"] for entry in entries], entries)
    entry = next(entry for entry in entries if entry["found"] == "established")
    check("list: its keys, in order", entry["keys"] == "found saddr sport daddr dport state family cookie inode uid "
          "ifindex snd_una snd_nxt write_seq rcv_nxt rcv_wnd copied_seq rmem", entry["keys"])
    same = session.ask(lookup_text((entry["saddr"], entry["sport"]), (entry["daddr"], entry["dport"]),
                                   netns=client.inode))
    has("list: a look-up of what was listed agrees", same,
        **{key: entry[key] for key in ("found", "state", "inode", "snd_nxt", "rcv_nxt")})

    whole = {identity(entry) for entry in session.list(netns=server.inode)}
    check("list: one socket a time gives the same", {identity(entry) for entry in session.list(netns=server.inode, max=1)}
          == whole)
    check("list: with an id on every line", all(entry["id"] == "me" for entry in session.list(netns=server.inode, id="me")))
    check("list: by family", {entry["saddr"] for entry in session.list(netns=client.inode, family=6)} == {SERVER6})
    check("list: by peer, so the same peer on another port is found",
          {entry["saddr"] for entry in session.list(netns=server.inode, family=4, saddr=CLIENT4)} == {CLIENT4})
    check("list: of a peer that is not there", session.list(netns=server.inode, family=4, saddr="192.0.2.99") == [])
    last = session.lines(f"list netns={server.inode} from=4294967295\n")
    check("list: from beyond the table", len(last) == 1 and " listed=0 done=1 " in last[0], last)

    session.write("version\n" * 1800)
    written = session.write(f"list netns={server.inode}\n")
    answers = session.read().splitlines()
    check("list: a buffer that is nearly full takes what fits", written > 0 and answers[-1].startswith("ok at=")
          and " listed=" in answers[-1], answers[-1:])
    for sock in [*sockets, peer]:
        sock.close()


def identity(entry):
    return tuple(entry[key] for key in ("found", "saddr", "sport", "daddr", "dport"))


def check_list_errors(session):
    for line, column, what in [
        ("list sport=1", 6, "unknown key"),
        ("list near=1", 6, "unknown key"),
        ("list saddr=192.0.2.1", 21, "missing key family"),
        ("list family=4 saddr=::1", 21, "IPv6 address, but family=4"),
        ("list family=5", 13, "family is 4 or 6"),
        ("list max=4294967296", 10, "number too large"),
        ("list from=x", 11, "bad number"),
        ("lookup from=1", 8, "unknown key"),
    ]:
        has(f"malformed {line!r}", session.ask(line), status="error", code="EINVAL", column=column, what=what)
    has("near is 0 or 1", session.ask("lookup family=4 saddr=1.1.1.1 sport=1 daddr=1.1.1.1 dport=1 near=2"),
        status="error", column=66, what="number too large")
    has("list: no such netns", session.ask("list netns=1"), status="error", code="ENOENT", column=12)

    def without_rights():
        os.setuid(65534)
        answer = session.ask("list id=x")
        return answer["status"] == "error" and answer["code"] == "EPERM" and answer["id"] == "x"
    check("list: takes the right to it", in_child(without_rights))


def check_dump(module):
    netns = Host("dump")
    with netns.inside():
        pass
    listener = netns.listen(address="127.0.0.1")
    near = netns.connect(listener.getsockname())
    far, _ = listener.accept()
    listener6 = netns.listen(kind=6, address="::1")
    near6 = netns.connect(listener6.getsockname())
    far6, _ = listener6.accept()
    for maximum, end in (1000, "--- end after"), (1, "--- cut short after 1 sockets ---"):
        before = len(kernel_log())
        subprocess.run(["insmod", module, "dump=1", f"dump_max={maximum}"], check=True)
        log = "".join(kernel_log()[before:])
        check(f"dump_max={maximum}: the log ends well", end in log, log)
        if maximum == 1000:
            check("dump: its heading", "tcphash: --- Established ---" in log, log)
            for one, other in ((near, far), (far, near)):
                line = f"127.0.0.1:{one.getsockname()[1]} ---> 127.0.0.1:{other.getsockname()[1]} ESTABLISHED snd_una "
                check("dump: a line as the original module's", line in log, log)
            line = f"[::1]:{near6.getsockname()[1]} ---> [::1]:{far6.getsockname()[1]} ESTABLISHED snd_una "
            check("dump: IPv6 too", line in log, log)
            check("dump: listeners too", f"127.0.0.1:{listener.getsockname()[1]} ---> 0.0.0.0:0 LISTEN " in log, log)
        subprocess.run(["rmmod", "tcphash"], check=True)
    for sock in near, far, near6, far6, listener, listener6:
        sock.close()
    netns.remove()
