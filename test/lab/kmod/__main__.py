# SPDX-License-Identifier: MIT
"""Builds tcphash.ko for the running kernel, loads it and asks it about real sockets. Root, in the lab:

    npm run lab -- bookworm -- python3 test/lab/kmod [MODULE.ko]

Two network namespaces joined by a veth pair hold the sockets. Prints TAP; exits 1 when a check failed.
"""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from kmod.device import SERVER4, SERVER6, SILENT4, Session, check, kernel_log, tap  # noqa: E402
from kmod.life import build, check_concurrent, check_flipping, check_gone, check_unload  # noqa: E402
from kmod.listing import check_dump, check_list, check_list_errors  # noqa: E402
from kmod.lookup import (check_device, check_established, check_listener, check_none, check_orphan,  # noqa: E402
                         check_request, check_reuseport, check_sk_lookup, check_syn_sent, check_timewait)
from kmod.near import check_many_netns, check_near, check_own_ehash, check_vrf  # noqa: E402
from kmod.protocol import check_errors, check_session, check_shell  # noqa: E402
from kmod.rights import check_rights, check_user_namespace  # noqa: E402
from net.host import Host, join, neighbour  # noqa: E402

module = sys.argv[1] if len(sys.argv) > 1 else build()
before = len(kernel_log())
subprocess.run(["insmod", module], check=True)
session = Session()
client, server = hosts = Host("client"), Host("server")
join(*hosts)
for host, peer in (hosts, hosts[::-1]):
    neighbour(host, SILENT4, peer.link_address, f"to-{peer.role}")
check_session(session)
check_errors(session)
check_shell()
check_rights(session)
check_user_namespace(session, client, server)
check_established(session, client, server, "IPv4", SERVER4, 4)
check_established(session, client, server, "IPv6", SERVER6, 6)
check_established(session, client, server, "v4-mapped", SERVER4, 6)
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
check_vrf(session, client, server)
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
sys.exit(tap.end())
