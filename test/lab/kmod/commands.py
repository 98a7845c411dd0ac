# SPDX-License-Identifier: MIT
"""trace-reset module build, load, status, unload, for the running kernel. Root, in the lab; takes minutes:

    npm run lab -- trixie -- python3 test/lab/kmod/commands.py

With "prebuilt" it takes the module that the lab built on the host, which is quick. Another argument checks how a refusal
is explained, on a kernel that was booted to refuse: "lockdown" (kernel argument lockdown=integrity) or "signature"
(module.sig_enforce=1).
"""
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from kmod.device import DEVICE, check, tap  # noqa: E402

BUILT = pathlib.Path("/var/cache/trace-reset/kmod") / os.uname().release / "tcphash.ko"


def trace_reset(*words, user=None):
    command = ["trace-reset", *words]
    if user:
        command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *command]
    return subprocess.run(command, capture_output=True, text=True)


def says(name, ran, code, *words):
    text = ran.stdout + ran.stderr
    check(name, ran.returncode == code and all(word in text for word in words), f"{ran.returncode}\n{text}")


def check_build():
    shutil.rmtree(BUILT.parent, ignore_errors=True)
    says("status: nothing yet", trace_reset("module", "status"), 3, "built    no", "not loaded")
    says("load: nothing built", trace_reset("module", "load"), 3, "there is no module for Linux", "module build")
    says("unload: nothing loaded", trace_reset("module", "unload"), 0, "not loaded")
    says("build", trace_reset("module", "build"), 0, "built")


def check_commands():
    fields = subprocess.run(["modinfo", str(BUILT)], capture_output=True, text=True).stdout
    for field in ("license:        GPL", "version:        0.2.0", "description:    ", "author:         ", "vermagic:       ",
                  "parm:           dump:", "parm:           dump_max:"):
        check(f"modinfo has {field.split(':')[0]} {field.split(':')[1].strip()}", field in fields, fields)
    check("modinfo: depends on no module", "depends:        \n" in fields, fields)
    says("status: built", trace_reset("module", "status"), 3, str(BUILT), "not loaded")
    says("load as an ordinary user", trace_reset("module", "load", user=65534), 3, "only root")
    says("load", trace_reset("module", "load"), 0, DEVICE)
    says("load again", trace_reset("module", "load"), 0, "loaded already")
    says("status: loaded", trace_reset("module", "status"), 0, "loaded and usable")
    says("status for an ordinary user", trace_reset("module", "status", user=65534), 3, "not for this user")
    says("ehash list", trace_reset("ehash", "list", "--dport", "1"), 0, "STATE")
    fd = os.open(DEVICE, os.O_RDWR)
    says("unload while it is open", trace_reset("module", "unload"), 1, "cannot be unloaded", "fuser")
    os.close(fd)
    says("unload", trace_reset("module", "unload"), 0, "unloaded")
    check("nothing is left", not os.path.exists(DEVICE) and not os.path.exists("/sys/module/tcphash"))

    whole = BUILT.read_bytes()
    # Not the release: where symbols have versions, same_magic() of kernel/module compares what follows it alone.
    magic = f"vermagic={os.uname().release} SMP".encode()
    assert magic in whole
    BUILT.write_bytes(whole.replace(magic, magic[:-1] + b"X"))
    says("a module of another kernel", trace_reset("module", "load"), 3, "Invalid module format", "another kernel")
    BUILT.write_bytes(whole)


def check_refused(how):
    subprocess.run(["mount", "-t", "securityfs", "securityfs", "/sys/kernel/security"], check=False)
    words = {"lockdown": ("Operation not permitted", "lockdown(7) is integrity"),
             "signature": ("rejected", "signed modules only")}[how]
    says(f"{how}: load is refused, and the reason told", trace_reset("module", "load"), 3, *words)
    says(f"{how}: status", trace_reset("module", "status"), 3, "not loaded")
    check("nothing is left", not os.path.exists(DEVICE) and not os.path.exists("/sys/module/tcphash"))


if sys.argv[1:] in (["lockdown"], ["signature"]):
    check_refused(sys.argv[1])
else:
    if sys.argv[1:] != ["prebuilt"]:
        check_build()
    check_commands()
sys.exit(tap.end())
