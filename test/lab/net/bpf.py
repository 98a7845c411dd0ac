# SPDX-License-Identifier: MIT
"""The number of bpf(2) on this machine (arch/x86/entry/syscalls/syscall_64.tbl; asm-generic/unistd.h has arm64's)."""
import platform

SYS_BPF = {"x86_64": 321, "aarch64": 280}[platform.machine()]
