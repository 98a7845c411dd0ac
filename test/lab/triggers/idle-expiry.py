# SPDX-License-Identifier: MIT
"""A stateful firewall on the way has forgotten a connection that was silent for long, and refuses its next segment."""
import os
import time

from endings import forget
from truth import seen_by_client
from waits import wait_reset

SIDE = "client"
RESETS = [("router", "R")]
COUNTED = {"EstabResets": 1}
ROUNDS = 2
IDLE_SECONDS = 31  # beyond what trace-reset takes for a pause
TRACKED_SECONDS = 2


def trigger(world, port, family=4):
    rule = ["-p", "tcp", "--dport", str(port), "-m", "conntrack", "--ctstate", "INVALID",
            "-j", "REJECT", "--reject-with", "tcp-reset"]
    with (world.router.rule(family, "FORWARD", *rule),
          world.router.sysctl("net.netfilter.nf_conntrack_tcp_loose", 0),
          world.router.sysctl("net.netfilter.nf_conntrack_tcp_timeout_established", TRACKED_SECONDS)):
        client, server = world.connection(port, family)
        time.sleep(IDLE_SECONDS)  # the silence is what is provoked
        client.send(b"still there?")
        wait_reset(client)
    truth = seen_by_client(client, port, state="ESTABLISHED", owner="socket", pid=os.getpid())
    client.close()
    forget(server)
    return truth
