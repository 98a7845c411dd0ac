# SPDX-License-Identifier: MIT
"""Near misses, and a network namespace with an ehash of its own."""
import os
import socket
import subprocess

from kmod.device import CLIENT4, CLIENT6, SERVER4, SERVER6, SILENT4, call, check, cookie, has, lookup_text, parse, tap
from net.host import CLONE_NEWNET, Host
from net.waits import comes

ONLY_IPV6 = (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)


def check_near(session, client, server):
    listener = server.listen()
    near = client.connect(listener.getsockname())
    far, _ = listener.accept()
    here, there = near.getsockname(), near.getpeername()
    listener.close()

    answer = session.ask(lookup_text(here, there, netns=client.inode, near=1))
    has("near: the tuple the other way round, and in another netns", answer, found="none", near="reversed,netns",
        reversed="established", other_netns=server.inode, other_found="established")
    check("its keys, in order", answer["keys"] == "at netns found bucket chain near reversed other_netns other_found "
          "netns_seen netns_cut", answer["keys"])
    check("without near=1 nothing of it", session.ask(lookup_text(here, there, netns=client.inode))["keys"] ==
          "at netns found bucket chain")
    check("near=0 neither", session.ask(lookup_text(here, there, netns=client.inode, near=0))["keys"] ==
          "at netns found bucket chain")
    check("near: what is found has none", "near" not in session.ask(lookup_text(there, here, netns=client.inode, near=1)))
    answer = session.ask(lookup_text((SILENT4, 5), (SILENT4, 6), netns=client.inode, near=1))
    has("near: nothing at all", answer, found="none", near="none")
    check("its keys", answer["keys"] == "at netns found bucket chain near netns_seen netns_cut", answer["keys"])
    check("other netns were looked into, all of them", int(answer["netns_seen"]) >= 2 and answer["netns_cut"] == "0",
          answer)
    near.close()
    far.close()

    cases = []  # name, listener, the look-up's (family, daddr), expected
    with server.inside():
        index = socket.if_nametoindex("to-client")
    loop = server.listen(address="127.0.0.1")
    cases.append(("another address", loop, SERVER4, {}, dict(
        listen_differs="address", listen_family=4, listen_address="127.0.0.1", listen_ifindex=0)))
    device = server.listen(options=[(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"to-client")])
    cases.append(("another device", device, SERVER4, {}, dict(
        listen_differs="device", listen_family=4, listen_address=SERVER4, listen_ifindex=index)))
    any4 = server.listen(address="0.0.0.0")
    cases.append(("asked for the slave of a VRF", any4, SERVER4, dict(dif=1, sdif=index), dict(
        listen_differs="device", listen_address="0.0.0.0", listen_ifindex=0)))
    cases.append(("address and device", device, "127.0.0.1", {}, dict(listen_differs="address,device")))
    only6 = server.listen(kind=6, address="::", options=[ONLY_IPV6])
    cases.append(("IPv6 only, asked for IPv4", only6, SERVER4, {}, dict(
        listen_differs="family", listen_family=6, listen_address="::")))
    six = server.listen(kind=6, options=[ONLY_IPV6])
    cases.append(("another IPv6 address", six, "::1", {}, dict(
        listen_differs="address", listen_family=6, listen_address=SERVER6)))
    four = server.listen(address="0.0.0.0")
    cases.append(("IPv4, asked for IPv6", four, SERVER6, {}, dict(
        listen_differs="family", listen_family=4, listen_address="0.0.0.0")))
    for name, sock, address, extra, expected in cases:
        peer = CLIENT6 if ":" in address else CLIENT4
        answer = session.ask(lookup_text((peer, 1), (address, sock.getsockname()[1]), netns=server.inode, near=1, **extra))
        has(f"near: a listener, {name}", answer, found="none", near="listener", **expected)
    answer = session.ask(lookup_text((CLIENT4, 1), (SERVER4, four.getsockname()[1]), netns=server.inode, near=1))
    has("near: the listener that would take it has no rival", answer, found="listener", near="none")
    port = loop.getsockname()[1]
    both = server.listen(port, 6, address="::1", options=[ONLY_IPV6])
    has("near: of two, the one that differs in least",
        session.ask(lookup_text((CLIENT4, 1), (SERVER4, port), netns=server.inode, near=1)), near="listener",
        listen_family=4)
    for sock in [loop, any4, device, only6, six, four, both]:
        sock.close()


def check_vrf(session, client, server):
    """The look-up is told of the VRF alone, as whoever sees a packet in TCP is."""
    loaded = subprocess.run(["modprobe", "vrf"], capture_output=True, text=True)
    if loaded.returncode:
        return tap.skip("a VRF", loaded.stderr.strip())
    server.ip("link", "add", "blue", "type", "vrf", "table", "77")
    server.ip("link", "add", "dull", "type", "veth", "peer", "name", "dull-too")
    with server.inside():
        blue, slave = socket.if_nametoindex("blue"), socket.if_nametoindex("dull")
    listener = server.listen(address="0.0.0.0")
    port = listener.getsockname()[1]
    near = client.connect((SERVER4, port))
    far, _ = listener.accept()

    def bound_to(device):
        # Neither interface has the server's address.
        return server.listen(port, address="0.0.0.0", options=[(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())])

    asked = dict(netns=server.inode, dif=blue, near=1)
    syn = lookup_text((CLIENT4, 1), near.getpeername(), **asked)
    has("a VRF without a slave: a listener in none", session.ask(syn), found="none", listen_differs="device",
        listen_ifindex=0)
    listener.close()
    has("a connection in no VRF", session.ask(lookup_text(near.getsockname(), near.getpeername(), **asked)), found="none",
        near="netns", other_netns=server.inode, other_found="established")
    with bound_to("blue"):
        has("a listener in the VRF", session.ask(syn), found="listener", ifindex=blue)
    bound = bound_to("dull")
    has("a listener on another interface", session.ask(syn), found="none", listen_differs="device", listen_ifindex=slave)
    near.close()
    far.close()
    server.ip("link", "set", "dull", "master", "blue")
    has("a listener on the slave", session.ask(syn), found="listener", ifindex=slave)
    bound.close()
    server.ip("link", "del", "dull")
    server.ip("link", "del", "blue")


def check_many_netns(session):
    """More than are looked into, and for who has no right to them, more than are met."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    fds = []
    for _ in range(260):
        call("unshare", CLONE_NEWNET)
        fds.append(os.open("/proc/self/ns/net", os.O_RDONLY))
    call("setns", home, CLONE_NEWNET)
    line = lookup_text((SILENT4, 5), (SILENT4, 6), near=1)
    has("near: of many netns the first 64, and it says so", session.ask(line), near="none", netns_seen=64, netns_cut=1)
    script = (f"import os; os.write({session.fd}, {(line + chr(10)).encode()}); "
              f"print(os.read({session.fd}, 4096).decode())")
    ran = subprocess.run(["unshare", "--user", "--map-root-user", "--net", "python3", "-c", script],
                         pass_fds=[session.fd], capture_output=True, text=True)
    if ran.returncode:
        tap.skip("user namespaces", ran.stderr.strip())
    else:
        has("near: those it has no right to count too", parse(ran.stdout.strip()), near="none", netns_seen=0,
            netns_cut=1)
    for fd in [home, *fds]:
        os.close(fd)
    comes(lambda: session.ask(line)["netns_cut"] == "0")
    has("near: they are gone", session.ask(line), netns_cut=0)


def check_own_ehash(session):
    """net.ipv4.tcp_child_ehash_entries: 6.1 and later give a child netns a table of its own."""
    path = "/proc/sys/net/ipv4/tcp_child_ehash_entries"
    if not os.path.exists(path):
        return tap.skip("a netns with its own ehash", "not in this kernel")
    with open(path, "w") as file:
        file.write("64")
    netns = Host("own")
    with open(path, "w") as file:
        file.write("0")
    with netns.inside():
        shown = subprocess.run(["sysctl", "-n", "net.ipv4.tcp_ehash_entries"], capture_output=True, text=True).stdout
    check("the child has 64 buckets of its own", shown.strip() == "64", shown)
    listener = netns.listen(address="127.0.0.1")
    near = netns.connect(listener.getsockname())
    far, _ = listener.accept()
    line = lookup_text(near.getsockname(), near.getpeername(), netns=netns.inode)
    answer = session.ask(line)
    has("own ehash: the accepted socket", answer, found="established", cookie=cookie(far))
    check("its bucket is one of 64", int(answer["bucket"]) < 64, answer)
    has("own ehash: the listener, which all netns share", session.ask(
        lookup_text(("127.0.0.1", 1), listener.getsockname(), netns=netns.inode)), found="listener")
    home = os.stat("/proc/self/ns/net").st_ino
    has("own ehash: seen from another netns as a near miss", session.ask(
        lookup_text(near.getsockname(), near.getpeername(), netns=home, near=1)), found="none", near="netns",
        other_netns=netns.inode, other_found="established")
    listed = session.list(netns=netns.inode)
    check("own ehash: listed", sorted(entry["found"] for entry in listed) == ["established", "established", "listener"],
          listed)
    for sock in near, far, listener:
        sock.close()
    netns.remove()
    check("own ehash: gone with its netns", comes(lambda: session.ask(line).get("code") == "ENOENT"))
