# SPDX-License-Identifier: MIT
"""Multipath TCP, where the kernel has it."""
import pathlib

IPPROTO_MPTCP = 262


def missing():
    return None if pathlib.Path("/proc/sys/net/mptcp/enabled").exists() else "this kernel has no MPTCP"
