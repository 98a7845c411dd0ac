# SPDX-License-Identifier: MIT
"""Probes that the kernel does not let attach, or has not: each is left out with a warning, and the rest traces on."""
import pathlib
import subprocess

from probes.facts import edited, read
from probes.watch import Watch

PORT = 9401
COPY = "tcp_send_challenge_ack"


def test(client, server, tap, most=None):
    facts = read()
    # Of an earlier part's rules.
    modules = ["ipt_REJECT", "nft_reject_ipv4", "nft_reject_inet", "nf_reject_ipv4"]
    subprocess.run(["modprobe", "-qr", *modules], check=False)
    attempts = {}
    if not pathlib.Path("/sys/module/nf_reject_ipv4").exists():
        attempts["a module that is not loaded"] = ("nf_send_reset", no_module)
    if not facts["symbols"]["copies"]:
        attempts["a compiler's copy that is not there"] = (COPY, no_copy)
    if "tcp_v4_early_demux" not in facts["btf"]["functions"]:
        attempts["a function that is not there"] = ("tcp_v4_early_demux", no_function)
    for what, (name, edit) in [*attempts.items()][:most]:
        with edited(edit) as facts:
            with Watch("--facts", facts, "--netns", str(server.inode), "--probe", f"{name},tcp_v4_do_rcv") as watch:
                with client.socket() as refused:
                    refused.connect_ex((server.address(), PORT))
                faults = watch.end()
        warnings = [line for line in watch.said if line.startswith("warning: ")]
        if len(warnings) != 1 or f" {name} " not in warnings[0]:
            faults.append(f"it said: {watch.said}")
        if [verdict["cause"] for verdict in watch.verdicts] != ["no-listener"]:
            faults.append(f"verdicts: {watch.verdicts}")
        tap.result(f"{what}: the trace goes on without {name}", faults)
        tap.note(" / ".join(warnings))


def no_copy(facts):
    facts["btf"]["functions"].pop(COPY, None)
    facts["symbols"]["copies"] = [f"{COPY}.constprop.0"]


def no_module(facts):
    facts["symbols"]["modules"] = ["nf_reject_ipv4"]


def no_function(facts):
    facts["btf"]["functions"]["tcp_v4_early_demux"] = ["skb"]
