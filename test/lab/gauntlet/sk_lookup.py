# SPDX-License-Identifier: MIT
"""A BPF program that decides which listener a connection of a network namespace gets: here, none (bpf(2), linux/bpf.h)."""
import contextlib
import ctypes
import os
import resource
import struct

from net.bpf import SYS_BPF

LIBC = ctypes.CDLL(None, use_errno=True)
BPF_PROG_LOAD, BPF_LINK_CREATE = 5, 28
BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP = 30, 36
LOCAL_PORT = 60  # of struct bpf_sk_lookup: in host order
SK_DROP, SK_PASS = 0, 1


@contextlib.contextmanager
def hiding(host, port):
    """Has every connection to a port of the host dropped, whoever listens, while the body runs."""
    # r2 = ctx->local_port; r0 = SK_PASS; if r2 != port skip one; r0 = SK_DROP; exit
    instructions = [(0x61, 0x12, LOCAL_PORT, 0), (0xB7, 0, 0, SK_PASS), (0x55, 2, 1, port), (0xB7, 0, 0, SK_DROP),
                    (0x95, 0, 0, 0)]
    program = load(b"".join(struct.pack("=BBhi", *one) for one in instructions))
    try:
        link = bpf(BPF_LINK_CREATE, struct.pack("=IIII", program, host.descriptor, BPF_SK_LOOKUP, 0))
        try:
            yield
        finally:
            os.close(link)
    finally:
        os.close(program)


def load(code):
    # Before 5.11 a program counts as locked memory.
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    instructions, licence = (ctypes.create_string_buffer(text) for text in (code, b"GPL"))
    attributes = struct.pack("=IIQQIIQII16sII", BPF_PROG_TYPE_SK_LOOKUP, len(code) // 8, ctypes.addressof(instructions),
                             ctypes.addressof(licence), 0, 0, 0, 0, 0, b"hiding", 0, BPF_SK_LOOKUP)
    return bpf(BPF_PROG_LOAD, attributes)


def bpf(command, attributes):
    padded = ctypes.create_string_buffer(attributes, 128)
    result = LIBC.syscall(SYS_BPF, command, padded, len(padded))
    if result < 0:
        raise OSError(ctypes.get_errno(), f"bpf({command})")
    return result
