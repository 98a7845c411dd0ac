# SPDX-License-Identifier: MIT
"""Who may open it, and who may look where."""
import errno
import os
import stat
import struct
import subprocess

from kmod.device import DEVICE, GOOD, call, check, has, in_child, parse, tap


def check_rights(session):
    mode = os.stat(DEVICE).st_mode
    check("the device is 0600", stat.S_ISCHR(mode) and stat.S_IMODE(mode) == 0o600, oct(mode))

    def errno_of_open():
        try:
            os.open(DEVICE, os.O_RDWR)
        except OSError as error:
            return error.errno

    def without_capabilities():
        header, data = struct.pack("Ii", 0x20080522, 0), bytes(24)
        call("syscall", 126, header, data)  # capset, x86-64
        return errno_of_open() == errno.EPERM

    def as_nobody():
        os.setuid(65534)
        return errno_of_open() == errno.EACCES

    def inherited():
        os.setuid(65534)
        answer = session.ask(GOOD + " id=x")
        return answer["status"] == "error" and answer["code"] == "EPERM" and answer["id"] == "x"

    check("nobody cannot open it", in_child(as_nobody))
    if os.uname().machine == "x86_64":
        check("nor can root without CAP_NET_ADMIN", in_child(without_capabilities))
    check("and a file that was inherited looks nowhere", in_child(inherited))


USER_NAMESPACE = """
import os, sys
fd = int(sys.argv[1])
own, other, home = os.stat("/proc/self/ns/net").st_ino, sys.argv[2], sys.argv[3]
tuple4 = "lookup family=4 saddr=192.0.2.1 sport=1 daddr=127.0.0.1 dport=1"
import socket
listener = socket.socket(); listener.bind(("127.0.0.1", 0)); listener.listen()
mine = f"lookup family=4 saddr=127.0.0.1 sport=1 daddr=127.0.0.1 dport={listener.getsockname()[1]}"
for line in mine, f"{mine} netns={own}", f"{tuple4} netns={other}", f"{tuple4} netns={home}", f"{tuple4} netns=1", \\
        f"{tuple4} near=1", "list":
    os.write(fd, (line + "\\n").encode())
    print(os.read(fd, 4096).decode(), end="")
"""


def check_user_namespace(session, client, server):
    """A container gets the device: as its own, opened inside, or as a file from outside."""
    home = os.stat("/proc/self/ns/net").st_ino
    unshare = ["unshare", "--user", "--map-root-user", "--net"]
    probe = subprocess.run([*unshare, "true"], capture_output=True, text=True)
    if probe.returncode:
        return tap.skip("user namespaces", probe.stderr.strip())

    def ask(opened, command=unshare):
        script = USER_NAMESPACE if opened else USER_NAMESPACE.replace("int(sys.argv[1])",
                                                                      f'os.open("{DEVICE}", os.O_RDWR)')
        ran = subprocess.run([*command, "python3", "-c", script, str(session.fd), str(server.inode), str(home)],
                             pass_fds=[session.fd], capture_output=True, text=True)
        check(f"user namespace, opened {'outside' if opened else 'inside'}: it runs", ran.returncode == 0, ran.stderr)
        return [parse(line) for line in ran.stdout.splitlines()]

    # Its root has no right to a 0600 device of ours, unless it maps to the owner, as here.
    for opened in True, False:
        where = f"user namespace, opened {'outside' if opened else 'inside'}"
        answers = ask(opened)
        if len(answers) != 7:
            check(f"{where}: seven answers", False, answers)
            continue
        own, by_inode, other, initial, none, near, listing = answers
        has(f"{where}: its own netns", own, status="ok", found="listener")
        has(f"{where}: its own netns by inode", by_inode, status="ok", found="listener")
        has(f"{where}: no bucket of the shared table", own, bucket=0, chain=0)
        has(f"{where}: another netns", other, status="error", code="EPERM")
        has(f"{where}: the initial netns", initial, status="error", code="EPERM")
        has(f"{where}: a netns that is not there looks the same", none, status="error", code="EPERM")
        has(f"{where}: near misses of no other netns", near, status="ok", near="none", netns_seen=0, netns_cut=0)
        has(f"{where}: no list", listing, status="error", code="EPERM")

    ordinary = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *unshare]
    if subprocess.run([*ordinary, "true"], capture_output=True).returncode:
        return tap.skip("an ordinary user's user namespace", "not allowed")
    ran = subprocess.run([*ordinary, "python3", "-c", f'import os; os.open("{DEVICE}", os.O_RDWR)'],
                         capture_output=True, text=True)
    check("root of an ordinary user's namespace cannot open it", "Permission denied" in ran.stderr, ran.stderr)
    os.chmod(DEVICE, 0o666)
    try:
        script = USER_NAMESPACE.replace("int(sys.argv[1])", f'os.open("{DEVICE}", os.O_RDWR)')
        ran = subprocess.run([*ordinary, "python3", "-c", script, "0", str(server.inode), str(home)],
                             capture_output=True, text=True)
        answers = [parse(line) for line in ran.stdout.splitlines()]
        check("given the device, it learns of its own netns alone", [answer["status"] for answer in answers] ==
              ["ok", "ok", "error", "error", "error", "ok", "error"], ran)
        ran = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "python3", "-c",
                              f'import os; os.open("{DEVICE}", os.O_RDWR)'], capture_output=True, text=True)
        check("given the device, an ordinary user still cannot open it", "Operation not permitted" in ran.stderr, ran)
        # Its file, and a process with every right that is made to write to it.
        deputy = (f'import os; fd = os.open("{DEVICE}", os.O_RDWR); '
                  'print(os.getpid(), fd, flush=True); input()')
        child = subprocess.Popen([*ordinary, "python3", "-c", deputy], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 text=True)
        pid, fd = map(int, child.stdout.readline().split())
        pidfd = call("syscall", 434, pid, 0)
        theirs = call("syscall", 438, pidfd, fd, 0)
        os.write(theirs, b"lookup family=4 saddr=192.0.2.1 sport=1 daddr=192.0.2.2 dport=2\nlist\n")
        answers = [parse(line) for line in os.read(theirs, 4096).decode().splitlines()]
        check("a file it opened looks nowhere for a writer with more rights",
              [answer.get("code") for answer in answers] == ["EPERM", "EPERM"], answers)
        for one in theirs, pidfd:
            os.close(one)
        child.communicate("\n")
    finally:
        os.chmod(DEVICE, 0o600)
