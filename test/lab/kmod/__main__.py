# SPDX-License-Identifier: MIT
"""Builds tcphash.ko for the running kernel, loads it and asks it about real sockets. Root, in the lab:

    npm run lab -- bookworm -- python3 test/lab/kmod [MODULE.ko]

Two network namespaces joined by a veth pair hold the sockets. Prints TAP; exits 1 when a check failed.
"""
import subprocess
import sys

import harness
from harness import Session, check, kernel_log, netns_pair
from life import build, check_concurrent, check_flipping, check_gone, check_unload
from listing import check_dump, check_list, check_list_errors
from lookup import (check_device, check_established, check_listener, check_none, check_orphan, check_request,
                    check_reuseport, check_sk_lookup, check_syn_sent, check_timewait)
from near import check_many_netns, check_near, check_own_ehash
from protocol import check_errors, check_session, check_shell
from rights import check_rights, check_user_namespace

module = sys.argv[1] if len(sys.argv) > 1 else build()
before = len(kernel_log())
subprocess.run(["insmod", module], check=True)
session = Session()
client, server = netns_pair()
check_session(session)
check_errors(session)
check_shell()
check_rights(session)
check_user_namespace(session, client, server)
check_established(session, client, server, "IPv4", harness.SERVER4, 4)
check_established(session, client, server, "IPv6", harness.SERVER6, 6)
check_established(session, client, server, "v4-mapped", harness.SERVER4, 6)
check_orphan(session, client, server)
check_timewait(session, client, server)
check_request(session, client, server)
check_syn_sent(session, client)
check_listener(session, client, server)
check_reuseport(session, server)
check_sk_lookup(session, server)
check_none(session, client)
check_device(session, client, server)
check_near(session, client, server)
check_own_ehash(session)
check_many_netns(session)
check_list(session, client, server)
check_list_errors(session)
check_concurrent(client, server)
check_flipping(session, server)
check_gone(session, client, server)
check_unload(session, module)
check_dump(module)
trouble = [line for line in kernel_log()[before:]
           if any(word in line for word in ("WARNING", "BUG", "Oops", "Call Trace", "leak", "refcount", "suspicious RCU"))]
check("the kernel complained of nothing", not trouble, "".join(trouble))
print(f"1..{harness.number}", flush=True)
sys.exit(1 if harness.failures else 0)
